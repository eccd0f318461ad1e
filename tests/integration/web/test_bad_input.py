"""Bad input of every command: the right exit code, one sentence that names what is wrong, and nothing is written.

A command without a row here fails the first test.
"""

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, func, select
from tests.integration.web.conftest import Mercarich
from tests.integration.web.rows import Rows

from mercarich_db.engine import reading
from mercarich_db.tables import metadata
from mercarich_feed.adapters.token_cipher import new_key
from mercarich_platform import front

PLANS = "a plan is 2 or 4 checks a day, not"
ONE_TO_THOUSAND = "expected a whole number from 1 to 1000, not"
NO_SELLER = "there is no seller"

Row = tuple[str, int, str]
"""The arguments, the exit code, and a part of the message."""

RUN: list[Row] = [
    ("", 2, "are required: check_times"),
    ("3", 2, f"{PLANS} '3'"),
    ("2 --max-workers 0", 2, "expected a whole number from 1 to 1,000, not '0'"),
    ("2 --group-lower 5001", 2, "expected a whole number from 1 to 5,000, not '5001'"),
    ("2 --beginwith -1", 2, "expected a whole number from 0 to 10,000,000, not '-1'"),
    ("2 --skus", 2, "--skus: expected at least one argument"),
    ("2 --dual-boot", 2, "add --yes to confirm"),
]
PUSH: list[Row] = [
    ("--max-workers 0", 2, "expected a number of workers from 1 to 1000, not '0'"),
    ("--max-item-count none", 2, "expected a number from 1, not 'none'"),
    ("2 4", 2, "unrecognized arguments: 2 4"),
]
TOKENS: list[Row] = [("--usernames", 2, "expected at least one argument"), ("now", 2, "unrecognized arguments: now")]
PAUSE: list[Row] = [("", 2, "are required: marketplace"), ("ebay", 2, "invalid choice: 'ebay'")]

BAD: Mapping[str, list[Row]] = {
    "check_background_jobs": [("now", 2, "unrecognized arguments: now")],
    "check_item_mercari": RUN,
    "check_item_yahoo": RUN,
    "constant_manager": [
        ("", 2, "expected a KEY"),
        ("NO_SUCH_KEY", 1, "there is no setting 'NO_SUCH_KEY'"),
        ("--operation erase X", 2, "invalid choice: 'erase'"),
        ("--operation set FEED_WORKER", 2, "expected KEY VALUE"),
        ("--operation set FEED_WORKER many", 2, "FEED_WORKER: expected a whole number from 1 to 500, not 'many'"),
        ("FEED_WORKER 3", 2, "belong to --operation set"),
    ],
    "db": [
        ("", 2, "are required: action"),
        ("downgrade", 2, "invalid choice: 'downgrade'"),
        ("wait --seconds soon", 2, "expected whole seconds from 0 to 86400, not 'soon'"),
    ],
    "db restored": [
        ("--only-mark --only-wait", 2, "not allowed with argument"),
        ("--only-wait", 1, "no restore is open"),
        ("backup.sqlite", 2, "unrecognized arguments: backup.sqlite"),
    ],
    "delete_old_items": [
        ("--expired-days -1", 2, "expected whole days from 0 to 3650, not '-1'"),
        ("--expired-days soon", 2, "expected whole days from 0 to 3650, not 'soon'"),
        ("7", 2, "unrecognized arguments: 7"),
    ],
    "demo": [
        ("--scenario storm", 2, "invalid choice: 'storm'"),
        ("--sellers 0", 2, "at least 3 sellers"),
        ("--procfile nowhere", 78, "there is no nowhere here"),
    ],
    "dlq": [
        ("", 2, "are required: action"),
        ("list --limit 0", 2, f"{ONE_TO_THOUSAND} '0'"),
        ("show x", 1, "there is no dead letter 'x'"),
        ("replay", 2, "one of the arguments id --all is required"),
        ("replay a --all check.yahoo", 2, "not allowed with argument id"),
    ],
    "env": [
        ("", 2, "are required: action"),
        ("export --output nowhere/at/all", 78, "--output: cannot write nowhere/at/all"),
    ],
    "exclude": [
        ("", 2, "are required: action"),
        ("add word x", 2, "one of the arguments --username --everyone is required"),
        ("add word ' ' --everyone", 2, "expected a word of 1 to 64 visible characters"),
        ("add seller ebay x --everyone", 2, "invalid choice: 'ebay'"),
        ("remove word x --username nobody", 1, NO_SELLER),
    ],
    "explain": [
        ("", 2, "are required: sku"),
        ("NO-SUCH-SKU", 1, "there is no listing with the SKU NO-SUCH-SKU"),
    ],
    "offers": [("x", 2, "unrecognized arguments: x"), ("--username nobody", 1, NO_SELLER)],
    "creations": [("x", 2, "unrecognized arguments: x"), ("--username nobody", 1, NO_SELLER)],
    "orders": [
        ("x", 2, "invalid choice: 'x'"),
        ("--username nobody", 1, NO_SELLER),
        ("profit x", 2, "unrecognized arguments: x"),
        ("profit --username nobody", 1, NO_SELLER),
    ],
    "hold": [
        ("", 2, "are required: action"),
        ("release 0", 2, "expected a whole number from 1 to"),
        ("release 99999999999999999999", 2, "expected a whole number from 1 to"),
        ("release 77", 1, "there is no hold 77"),
        ("release 77 --skus S1", 1, "there is no hold 77"),
        ("release 77 --skus", 2, "--skus: expected at least one argument"),
        ("release 77 --skus ,", 2, "--skus belongs to --skus or --file with a SKU"),
        ("release 77 --file no-such-file", 2, "no-such-file cannot be read: No such file or directory"),
        ("release 77 --file /dev/null", 2, "/dev/null has no SKU"),
        ("release 77 --dry-run", 2, "--dry-run belongs to --skus or --file with a SKU"),
        ("release 77 --username hanako", 2, "--username belongs to --skus or --file with a SKU"),
        ("release 77 --by ''", 2, "expected a name of 1 to 64 characters"),
    ],
    "job": [
        ("", 2, "are required: action"),
        ("start", 2, "are required: kind"),
        ("start search --username nobody cup", 1, NO_SELLER),
        ("start search --username x --pages 0 cup", 2, f"{ONE_TO_THOUSAND} '0'"),
        ("start search --username x --price-min -1 cup", 2, "expected a price from 0 to 999999999 yen, not '-1'"),
        ("start import no-such-file.csv --username nobody", 1, NO_SELLER),
        ("show 99", 1, "there is no job 99"),
        ("stop many", 2, "expected a whole number from 1 to"),
        ("skip 1 0", 2, "expected a whole number from 1 to"),
        ("skip 99 1", 1, "there is no job 99"),
        ("problems 99", 1, "there is no job 99"),
        ("export --username nobody", 1, NO_SELLER),
        ("list --limit 1001", 2, f"{ONE_TO_THOUSAND} '1001'"),
    ],
    "migrate-from-seed": [
        ("", 2, "are required: url"),
        ("nonsense", 78, "expected mysql+pymysql://user:password@host/name"),
        ("sqlite:////nowhere/at/all.db", 75, "unable to open database file"),
    ],
    "pause": PAUSE,
    "push-key": [("now", 2, "unrecognized arguments: now")],
    "pools": [("extra", 2, "unrecognized arguments: extra")],
    "queue": [("", 2, "are required: action"), ("infos", 2, "invalid choice: 'infos'")],
    "resume": PAUSE,
    "revival": [
        ("", 2, "are required: action"),
        ("explain NO-SUCH-SKU", 1, "there is no listing NO-SUCH-SKU"),
        ("approve NO-SUCH-SKU", 1, "there is no listing NO-SUCH-SKU"),
        ("undo", 2, "are required: sku"),
        ("settings nobody", 1, NO_SELLER),
        ("set nobody REVIVAL_DAYS 3", 1, NO_SELLER),
        ("set hanako REVIVAL_DAYS many", 2, "REVIVAL_DAYS: expected a whole number from 0 to 30, not 'many'"),
        ("set hanako FEED_WORKER 3", 2, "sellers cannot have their own FEED_WORKER"),
    ],
    "run": [
        ("", 2, "are required: action"),
        ("list --limit x", 2, f"{ONE_TO_THOUSAND} 'x'"),
        ("show 0", 2, "expected a whole number from 1 to"),
        ("show 5", 1, "there is no run 5"),
    ],
    "sample_data": [
        ("", 2, "are required: --simulator"),
        ("--simulator nonsense", 75, "missing an 'http://' or 'https://' protocol"),
    ],
    "schedule": [
        ("", 2, "are required: action"),
        ("stop x", 2, "invalid choice: 'stop'"),
        ("pause no-such-row", 1, "no-such-row"),
        ("run no-such-row", 1, "no-such-row"),
    ],
    "settings": [
        ("", 2, "are required: action"),
        ("get NO_SUCH_KEY", 1, "there is no setting 'NO_SUCH_KEY'"),
        ("set INVCHK_YAHOO_WORKER 501", 2, "expected a whole number from 1 to 500, not '501'"),
        ("set FEED_WORKER_MODE sometimes", 2, "expected one of auto, fixed, paused, not 'sometimes'"),
        ("set BRAKE_SHARE nan", 2, "expected a number from 0 to 1, not 'nan'"),
        ("set CANARY_ITEMS_YAHOO 'a\x07b'", 2, "visible characters"),
        (f"set CANARY_ITEMS_YAHOO {'x' * 5000}", 2, "at most 4,000 visible characters"),
        ("history NO_SUCH_KEY", 1, "there is no setting 'NO_SUCH_KEY'"),
    ],
    "status": [("now", 2, "unrecognized arguments: now")],
    "topics": [("", 2, "are required: action"), ("ensure --seconds -1", 2, "expected whole seconds from 0 to 86400")],
    "up": [("1", 2, "unrecognized arguments: 1"), ("--procfile nowhere", 78, "there is no nowhere here")],
    "update_amazon_feed_by_mercari": PUSH,
    "update_amazon_feed_by_yahoo": PUSH,
    "update_env": [("--output nowhere/at/all", 78, "--output: cannot write nowhere/at/all")],
    "update_feed_mercari": PUSH,
    "update_feed_yahoo": PUSH,
    "update_item_mercari": [*RUN, ("2 --without-update", 2, "unrecognized arguments: --without-update")],
    "update_item_yahoo": [*RUN, ("2 --without-update", 2, "unrecognized arguments: --without-update")],
    "user": [
        ("", 2, "are required: action"),
        ("invite ''", 2, "expected a name of 1 to 64 characters"),
        ("invite x --plan 3", 2, "invalid choice: 3"),
        ("reset-password", 2, "are required: username"),
        ("reset-password nobody", 1, "there is no user 'nobody' who signs in"),
        ("second-step nobody", 1, "there is no user 'nobody' who signs in"),
        ("reset-second-step", 2, "are required: username"),
        ("reset-second-step nobody", 1, "there is no user 'nobody' who signs in"),
        ("reset-second-step hanako --by ''", 2, "expected a name of 1 to 64 characters"),
    ],
    "reconcile": [
        ("--skus", 2, "expected at least one argument"),
        ("--usernames nobody", 2, "there is no seller 'nobody'"),
        ("now", 2, "unrecognized arguments: now"),
    ],
    "validate_mws_tokens": TOKENS,
    "validate_tokens": TOKENS,
}


@pytest.fixture
def lonely(mercarich: Mercarich, rows: Rows, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Mercarich:
    """Run in an empty folder, without any of the caller's files, and with one seller in the database."""
    rows.user("hanako")
    monkeypatch.chdir(tmp_path)
    mercarich.environment |= {"MERCARICH_DATA_DIR": str(tmp_path), "FEED_ENCRYPTION_KEY": new_key()}
    return mercarich


def _rows(engine: Engine) -> dict[str, Any]:
    with reading(engine) as connection:
        return {
            table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in metadata.sorted_tables
        }


def test_every_command_is_in_the_table() -> None:
    assert set(front.installed()) == set(BAD)


@pytest.mark.parametrize("command", sorted(BAD))
def test_bad_input_is_refused_with_a_sentence_and_nothing_is_written(
    lonely: Mercarich, engine: Engine, command: str
) -> None:
    before = _rows(engine)
    for words, code, says in BAD[command]:
        done = lonely(command, *shlex.split(words))

        assert (done.returncode, done.stdout) == (code, ""), words
        assert says in done.stderr, words
        assert "Traceback" not in done.stderr, words
    assert _rows(engine) == before


@pytest.mark.parametrize("command", sorted(BAD))
def test_an_option_that_there_is_not_and_bytes_that_are_no_text_are_refused(lonely: Mercarich, command: str) -> None:
    unknown, no_text = lonely(command, "--no-such-option"), lonely(command, "caf\udce9")

    assert (unknown.returncode, no_text.returncode) == (2, 2)
    assert "no-such-option" in unknown.stderr or "required" in unknown.stderr
    assert no_text.stderr == f"mercarich {command}: an argument is not valid UTF-8\n"


def test_a_command_that_there_is_not_is_named(lonely: Mercarich) -> None:
    done = lonely("check_items_yahoo", "2")

    assert (done.returncode, done.stdout) == (2, "")
    assert "there is no command 'check_items_yahoo' here" in done.stderr
