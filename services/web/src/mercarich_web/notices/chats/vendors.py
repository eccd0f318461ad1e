"""The chats there are."""

from collections.abc import Mapping

from mercarich_web.notices.chats.chatwork import Chatwork
from mercarich_web.notices.chats.discord import Discord
from mercarich_web.notices.chats.line import Line
from mercarich_web.notices.chats.slack import Slack
from mercarich_web.notices.chats.vendor import Vendor
from mercarich_web.notices.notices import Way

VENDORS: Mapping[Way, Vendor] = {
    Way.SLACK: Slack(),
    Way.DISCORD: Discord(),
    Way.CHATWORK: Chatwork(),
    Way.LINE: Line(),
}
