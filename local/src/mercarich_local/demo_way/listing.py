"""List: import a CSV of a few offers and save their pictures; then the sources of these offers sell."""

import csv
from datetime import datetime
from pathlib import Path

from sqlalchemy import func, select

from mercarich_db.engine import reading
from mercarich_db.tables import jobs, pictures_wanted
from mercarich_local.demo_stage import Problem, Stage
from mercarich_local.demo_way.cast import Cast

IMPORT_SECONDS = 30.0


def play(stage: Stage, cast: Cast) -> dict[str, object]:
    stage.title("List: a CSV of offers is imported, and their pictures are saved, through the proxies only")
    seller, offers = cast.expiring, cast.expired
    file = stage.system.data / "offers.csv"
    with file.open("w", newline="", encoding="utf-8") as target:
        rows = csv.writer(target)
        rows.writerow(("sku", "marketplace", "source_id", "title", "listed"))
        rows.writerows((offer.sku, offer.marketplace, offer.item_id, offer.title, "yes") for offer in offers)
    stage.command_line("job start import", file.name, "--username", seller.username)
    job_id = int(stage.answer("job", "start", "import", str(file), "--username", seller.username)["id"])
    stage.until(lambda: _ended_at(stage, job_id), f"import {job_id} ended", IMPORT_SECONDS)
    imported = [offer.listing_id for offer in offers]
    stage.until(lambda: not _still_wanted(stage, imported), "pictures saved", IMPORT_SECONDS)
    files, size = pictures_on_disk(stage, seller.user_id)
    if not files:
        raise Problem("no picture was saved")
    stage.tell(f"{files} pictures of {len(offers)} offers of {seller.username}, {size / 1000:,.0f} KB")
    for offer in offers:
        stage.simulator.sell_items(offer.marketplace, [offer.item_id])
    stage.tell(f"Now their sources sell: {', '.join(f'{offer.sku} ({offer.item_id})' for offer in offers)}")
    return {"listings": len(offers), "pictures": files, "bytes": size}


def pictures_on_disk(stage: Stage, user_id: int) -> tuple[int, int]:
    """Return the number of files and of bytes in a seller's folder."""
    folder = Path(stage.system.data, "pictures", str(user_id))
    sizes = [file.stat().st_size for file in folder.rglob("*") if file.is_file()]
    return len(sizes), sum(sizes)


def _ended_at(stage: Stage, job_id: int) -> datetime | None:
    with reading(stage.engine) as connection:
        return connection.execute(select(jobs.c.ended_at).where(jobs.c.id == job_id)).scalar()


def _still_wanted(stage: Stage, listing_ids: list[int]) -> int:
    mine = pictures_wanted.c.listing_id.in_(listing_ids)
    with reading(stage.engine) as connection:
        return connection.execute(select(func.count()).select_from(pictures_wanted).where(mine)).scalar_one()
