"""Takes the pictures of the documentation from a running dashboard.

make run                                  # in one terminal
python docs/screenshots.py                # in another
"""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import sync_playwright

ADDRESS = "http://127.0.0.1:8050"
IMAGES = Path(__file__).parent / "images"
OF_COORDINATORS = ("/students", "/visits")
LAPTOP, PHONE = (1440, 900), (390, 844)
PICTURES = (
    ("trajectories", "/trajectories", LAPTOP, "light"),
    ("trajectories-dark", "/trajectories?district=0640011&district=0930011", LAPTOP, "dark"),
    ("trajectories-phone", "/trajectories?cohort=Summer+2021", PHONE, "light"),
    ("trajectories-split", "/trajectories?split=modality", LAPTOP, "light"),
    ("trajectories-districts", "/trajectories?split=district", LAPTOP, "light"),
    ("methods", "/methods", LAPTOP, "light"),
    ("students", "/students", LAPTOP, "light"),
    ("students-phone", "/students?list=not-responding", PHONE, "dark"),
    ("student", "/students", LAPTOP, "light"),
    ("visits", "/visits", LAPTOP, "light"),
    (
        "trajectories-empty",
        "/trajectories?district=1430011&grade=PK&modality=phone",
        LAPTOP,
        "light",
    ),
)


def main() -> None:
    """Write every picture into docs/images."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox"]
        )
        for name, path, (width, height), scheme in PICTURES:
            page = browser.new_page(
                viewport={"width": width, "height": height}, color_scheme=scheme
            )
            if path.startswith(OF_COORDINATORS):
                page.goto(f"{ADDRESS}/methods")
                page.get_by_role("button", name="Coordinator").click()
                page.locator(".role.chosen", has_text="Coordinator").wait_for()
            page.goto(f"{ADDRESS}{path}")
            page.wait_for_load_state("networkidle")
            if name == "student":
                page.locator(".ag-row a").first.click()
            page.wait_for_timeout(3000)
            page.screenshot(path=IMAGES / f"{name}.png", full_page=True)
            page.close()
        browser.close()


if __name__ == "__main__":
    main()
