"""Takes the pictures of the documentation from a running dashboard.

make run                                  # in one terminal
python -m docs.screenshots                # in another
"""

from __future__ import annotations

from pathlib import Path

from benchmarks.browser import HEADLESS_SHELL, chromium

ADDRESS = "http://127.0.0.1:8050"
IMAGES = Path(__file__).parent / "images"
OF_COORDINATORS = ("/students", "/visits")
OF_LEADERSHIP = ("/?", "/districts", "/data")
LAPTOP, PHONE, PROJECTOR = (1440, 900), (390, 844), (1920, 1080)
PICTURES = (
    ("overview", "/?", LAPTOP, "light"),
    ("overview-phone", "/?district=0640011", PHONE, "light"),
    ("overview-projector", "/?", PROJECTOR, "light"),
    ("districts-dark", "/districts", LAPTOP, "dark"),
    ("district", "/districts/0640011", LAPTOP, "light"),
    ("trajectories", "/trajectories", LAPTOP, "light"),
    ("trajectories-dark", "/trajectories?district=0640011&district=0930011", LAPTOP, "dark"),
    ("trajectories-phone", "/trajectories?cohort=Summer+2021", PHONE, "light"),
    ("trajectories-split", "/trajectories?split=modality", LAPTOP, "light"),
    ("trajectories-districts", "/trajectories?split=district", LAPTOP, "light"),
    ("present", "/present?slides=lines&slides=effect&slides=modalities", LAPTOP, "light"),
    ("present-projector", "/present?slides=effect", PROJECTOR, "light"),
    ("methods", "/methods", LAPTOP, "light"),
    ("students", "/students", LAPTOP, "light"),
    ("students-phone", "/students?list=not-responding", PHONE, "dark"),
    ("student", "/students", LAPTOP, "light"),
    ("visits", "/visits", LAPTOP, "light"),
    ("data", "/data", LAPTOP, "light"),
    (
        "trajectories-empty",
        "/trajectories?district=1430011&grade=PK&modality=phone",
        LAPTOP,
        "light",
    ),
)


def main() -> None:
    """Write every picture into docs/images."""
    with chromium(HEADLESS_SHELL) as browser:
        for name, path, size, scheme in PICTURES:
            width, height = size
            page = browser.new_page(
                viewport={"width": width, "height": height}, color_scheme=scheme
            )
            for role, paths in (("Coordinator", OF_COORDINATORS), ("Leadership", OF_LEADERSHIP)):
                if path.startswith(paths):
                    page.goto(f"{ADDRESS}/methods")
                    page.get_by_role("button", name=role).click()
                    page.locator(".role.chosen", has_text=role).wait_for()
            page.goto(f"{ADDRESS}{path}")
            page.wait_for_load_state("networkidle")
            if name == "student":
                page.locator(".ag-row a").first.click()
            page.wait_for_load_state("networkidle")
            page.wait_for_timeout(3000)
            if name == "present-projector":
                page.get_by_role("button", name="Full screen").click()
                page.wait_for_timeout(1000)
            page.screenshot(path=IMAGES / f"{name}.png", full_page=size is not PROJECTOR)
            page.close()


if __name__ == "__main__":
    main()
