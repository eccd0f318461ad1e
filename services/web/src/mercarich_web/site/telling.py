"""Put sentences and reasons into the reader's language; no page and no HTTP."""

from gettext import NullTranslations

from babel.support import Translations
from markupsafe import escape

from mercarich_contracts.market import Marketplace
from mercarich_reasons.reason import Reason
from mercarich_reasons.telling import Language, seen, source_words, tell
from mercarich_web.sentences import Moment, Said, Seen
from mercarich_web.site import formats


class Data(NullTranslations):
    """The fallback of a catalogue: a text that is not in it is data and not a sentence of ours, such as a code of a
    later release.

    Templates treat a translation as markup and as a format string, so data is escaped here.
    """

    def gettext(self, message: str) -> str:
        return escape(message).replace("%", "%%")


def told(reason: Reason | None, language: str) -> str:
    """Return a reason in the reader's language, its times in the page's format."""
    return tell(reason, Language(language), moment=lambda at: formats.moment(at, language))


def said(sentence: Said, sentences: Translations, language: str) -> str:
    """Return a sentence of the domain in the reader's language, its values in the page's words."""

    def value_of(value: object) -> str:
        if isinstance(value, Seen):
            return seen(value.state, value.reason, Language(language))
        if isinstance(value, Reason):
            return told(value, language)
        if isinstance(value, Marketplace):
            return source_words(Language(language)).MARKETPLACES[value]
        return formats.moment(value.at, language) if isinstance(value, Moment) else str(value)

    return sentences.ugettext(sentence.text) % {name: value_of(value) for name, value in sentence.values.items()}
