"""Write the alert rules, and promtool's tests of them, into the chart."""

from tools.alerts.files import FOLDER, files

(FOLDER / "tests").mkdir(parents=True, exist_ok=True)
for name, text in files().items():
    (FOLDER / name).write_text(text)
