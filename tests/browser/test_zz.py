from tests.browser.test_names import *
def test_probe(visit):
    import re
    saved=visit("/districts/0640011").download("SVG","district-effect-section").decode()
    i=saved.find("Visited and similar"); print("T1", saved[i-200:i+300])
    saved = visit("/").download("SVG", "overview-ranking-section").decode()
    i=saved.find("R&amp"); print("T2", saved[i-100:i+300]); print(re.findall(r">([^<]*(?:cmd|accent|D)[^<]*)<",saved)[:10])
    d=visit("/present").page.locator(".slide .js-plotly-plot .annotation").all_text_contents(); print("T3", len(d), d[:60])
    assert 0
