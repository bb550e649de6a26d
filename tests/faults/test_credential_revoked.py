"""Credential revoked."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from gameday.errors import InvalidInput, Refused
from gameday.faults.credential_revoked import CredentialRevoked
from gameday.model.host import Ran
from tests.faults.place import TARGET, Place

POSTGRES, REDIS = CredentialRevoked(role="shop"), CredentialRevoked(role="shop", server="redis")
USERS = "user default on nopass ~* &* +@all\nuser shop on #ab ~* &* +@all"


def answering(*said: str) -> Place:
    place = Place()
    place.answers = [Ran(0, one) for one in said]
    return place


def test_the_undo_names_the_role_and_holds_no_secret() -> None:
    (step,) = POSTGRES.prepare(answering("t\n"), TARGET).steps
    assert (step.verb, step.arguments["role"]) == ("postgres_role_restore", "shop")
    (step,) = REDIS.prepare(answering(USERS, "default"), TARGET).steps
    assert (step.verb, step.arguments["user"]) == ("redis_user_restore", "shop")
    assert "#ab" not in str(step)


def test_sessions_end_with_the_login_or_are_kept() -> None:
    place = answering("", "1")
    POSTGRES.inject(place, TARGET)
    assert [command[-1].split()[0] for command in place.ran] == ["alter", "select"]
    place = answering("OK")
    REDIS.model_copy(update={"sessions": "kept"}).inject(place, TARGET)
    assert [command[1:] for command in place.ran] == [("acl", "setuser", "shop", "off")]


@pytest.mark.parametrize(
    ("fault", "said", "live"),
    [(POSTGRES, "f", True), (POSTGRES, "t", False), (POSTGRES, "", False), (REDIS, USERS, False), (REDIS, USERS.replace("shop on", "shop off"), True)],
)  # fmt: skip
def test_it_is_live_when_the_server_says_so(fault: CredentialRevoked, said: str, live: bool) -> None:
    assert fault.is_live(answering(said), TARGET) is live


def test_what_cannot_be_revoked_or_given_back_is_refused() -> None:
    with pytest.raises(InvalidInput, match="knows no role shop"):
        POSTGRES.prepare(answering(""), TARGET)
    with pytest.raises(Refused, match="may not log in already"):
        POSTGRES.prepare(answering("f"), TARGET)
    with pytest.raises(Refused, match="whom gameday itself logs in"):
        CredentialRevoked(role="postgres").prepare(answering("t"), TARGET)
    with pytest.raises(Refused, match="whom gameday itself logs in"):
        CredentialRevoked(role="default", server="redis").prepare(answering(USERS, "default"), TARGET)
    with pytest.raises(InvalidInput, match="does not let redis-cli do acl: NOAUTH"):
        REDIS.prepare(answering("NOAUTH Authentication required."), TARGET)


@pytest.mark.parametrize("role", ["", "a b", 'a"; drop role x; --', "a'b", "-x"])
def test_a_role_can_say_nothing_to_a_server(role: str) -> None:
    with pytest.raises(ValidationError):
        CredentialRevoked(role=role)
