"""Templates: one environment per language, with the globals that all of them use."""

from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from babel.support import Translations
from fastapi import Response
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from mercarich_contracts.sites import SEARCHED
from mercarich_reasons.telling import Language, seen, source_words
from mercarich_web.identity.user_agents import device
from mercarich_web.site import flash, formats, navigation
from mercarich_web.site.addresses import own_path
from mercarich_web.site.assets import Assets
from mercarich_web.site.languages import LANGUAGES, catalogue
from mercarich_web.site.parts import Parts
from mercarich_web.site.plain import plain
from mercarich_web.site.telling import Data, said, told
from mercarich_web.site.visits import NOTICE, Visit

FOLDER = Path(__file__).parent.parent / "templates"


@dataclass(frozen=True, slots=True)
class Site:
    """Make the responses of routes."""

    assets: Assets
    environments: Mapping[str, Environment]
    https: bool

    def cookie(self, name: str) -> str:
        """Return the name of a cookie in the browser: with https, one that no other host can set (RFC 6265bis)."""
        return f"__Host-{name}" if self.https else name

    def keep(self, answer: Response, name: str, value: str, *, seconds: int) -> None:
        answer.set_cookie(self.cookie(name), value, max_age=seconds, httponly=True, samesite="lax", secure=self.https)

    def forget(self, answer: Response, name: str) -> None:
        """Delete a cookie that `keep` has set. A browser ignores this for a name of `__Host-` unless it is secure."""
        answer.delete_cookie(self.cookie(name), httponly=True, samesite="lax", secure=self.https)

    def page(self, visit: Visit, template: str, status: int = 200, **values: Any) -> HTMLResponse:
        """Return a page. The message of a redirect is shown once."""
        text = self.environments[visit.language].get_template(template).render(visit=visit, **values)
        answer = HTMLResponse(text, status, headers={"Content-Language": visit.language})
        if visit.notice:
            self.forget(answer, NOTICE)
        return answer

    def part(self, visit: Visit, template: str, **values: Any) -> str:
        """Return a part of a page, for a stream."""
        return self.environments[visit.language].get_template(template).render(visit=visit, **values)

    def to(
        self, path: str, notice: str | None = None, about: str = "", undo: str = "", previewed: str = "", left: str = ""
    ) -> Response:
        """Redirect to a page of ours after an action, with a message of `flash`.

        `undo` is the time of a bulk action that can be undone; `previewed` how many its preview had said, if others;
        `left` how many of those it leaves, because they were changed meanwhile.
        """
        answer = RedirectResponse(own_path(path), 303)
        if notice is not None:
            more = (f"{flash.PREVIEWED}{previewed}" if previewed else "") + (f"{flash.UNDO}{undo}" if undo else "")
            more += f"{flash.LEFT}{left}" if left else ""
            value = quote(f"{notice} {about}".strip() + more)
            self.keep(answer, NOTICE, value, seconds=60)
        return answer


def make_site(shown: Mapping[str, object], *, https: bool) -> Site:
    """Build the site. `shown` are the further globals of templates, by name, from all subjects."""
    assets = Assets()
    return Site(assets, {language: _environment(language, assets, shown) for language in LANGUAGES}, https)


def _environment(language: str, assets: Assets, shown: Mapping[str, object]) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        finalize=plain,
        extensions=["jinja2.ext.i18n", "jinja2.ext.loopcontrols"],
    )
    sentences = catalogue(language)
    of_templates = copy(sentences)
    of_templates.add_fallback(Data())
    environment.install_gettext_translations(of_templates, newstyle=True)  # type: ignore[attr-defined]
    environment.filters.update(
        number=formats.number,
        yen=formats.yen,
        moment=lambda at: formats.moment(at, language),
        day=lambda at: formats.day(at, language),
        share=lambda value: formats.share(value, language),
        seconds=lambda number: timedelta(seconds=number),
        span=lambda length: formats.span(length, language),
        ago=lambda at, now: formats.ago(at, now, language),
        said=lambda sentence: said(sentence, sentences, language),
        reason=lambda reason: told(reason, language),
        state=lambda state: seen(state, None, Language(language)),
    )
    sentence = _sentence(of_templates)
    environment.globals.update(
        shown,
        gettext=sentence,
        _=sentence,
        asset=assets.url,
        parts=Parts(language, assets.url),
        language=language,
        languages=LANGUAGES,
        navigation=navigation,
        source_words=source_words(Language(language)),
        searched=SEARCHED,
        flash=flash.message,
        device=device,
    )
    return environment


def _sentence(translations: Translations) -> Callable[..., str]:
    """Translate like Jinja's own function, for pages that are always markup. Many sentences are inside loops, where
    Jinja's function copies the whole context for each."""

    @lru_cache(maxsize=4_096)
    def of(message: str) -> Markup:
        return Markup(translations.ugettext(message))

    @lru_cache(maxsize=4_096)
    def bare(message: str) -> str:
        return of(message) % {}

    def sentence(message: str, /, **values: object) -> str:
        return of(message) % values if values else bare(message)

    return sentence
