"""Write the dashboards into the chart."""

from tools.dashboards.files import FOLDER, files

FOLDER.mkdir(exist_ok=True)
for name, text in files().items():
    (FOLDER / name).write_text(text)
