"""/yahoo/images/… and /mercari/images/…: the pictures of items."""

from functools import lru_cache

from mercarich_simulator.api.trouble import guarded
from mercarich_simulator.pictures.photo import Shot, photograph
from mercarich_simulator.pictures.subject import Subject
from mercarich_simulator.shelf import YAHOO
from mercarich_simulator.sites.pictures import named, shot_of, subject_of
from mercarich_simulator.web import Reply, text_reply
from mercarich_simulator.world import World


def image(world: World, marketplace: str, path: str) -> Reply:
    """Return the picture at a path that begins with /images/."""
    world.count(marketplace, "image")
    asked = named(path)
    look = world.market.find(marketplace, asked[0], world.clock.now()) if asked else None
    if asked is None or look is None or look.state == "deleted":
        return text_reply("404 no such picture", 404)
    item = look.item
    shelf = world.catalogue.shelves[marketplace]
    origin = world.truth.first_of(item.number) if marketplace == YAHOO else item.number
    subject = subject_of(world.settings.seed, shelf.product_of(origin))
    shot = shot_of(item, asked[1])
    reply = Reply(content_type="image/jpeg", draw=lambda: _developed(subject, shot))
    return guarded(world, marketplace, (item.item_id, item.seller_id, "image"), lambda: reply)


@lru_cache(maxsize=512)
def _developed(subject: Subject, shot: Shot) -> bytes:
    """Return the JPEG. Cached: drawing a picture of 20 KB takes about 50 ms, and pictures are requested repeatedly."""
    return photograph(subject, shot)
