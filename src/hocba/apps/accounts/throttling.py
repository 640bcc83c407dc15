"""Three walls against guessing passwords: account from one address, account, address.

An attempt is counted before the password is looked at, so a hundred guesses at once are counted
as a hundred; a right password wipes the attempts of that account from that address. A school often
has one address for all its staff, so the wall of an address stands far out.
"""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.crypto import salted_hmac

from hocba.apps.accounts.models import SignInAttempt, SpentCode, sign_in_name
from hocba.apps.identifiers import uuid7

WINDOW = timedelta(minutes=15)
PER_ACCOUNT_AND_ADDRESS = 5
PER_ACCOUNT = 30
PER_ADDRESS = 200


def open_attempt(*, account: str, address: str, at: datetime) -> bool:
    """Count one attempt; False when it must be refused without looking at the password."""
    account_key, address_key = _key("account", sign_in_name(account)), _key("address", address)
    SignInAttempt.objects.create(id=uuid7(at=at), account=account_key, address=address_key, at=at)
    recent = SignInAttempt.objects.filter(at__gt=at - WINDOW)
    of_account = recent.filter(account=account_key)
    return (
        of_account.filter(address=address_key).count() <= PER_ACCOUNT_AND_ADDRESS
        and of_account.count() <= PER_ACCOUNT
        and recent.filter(address=address_key).count() <= PER_ADDRESS
    )


def forget_attempts(*, account: str, address: str, at: datetime) -> None:
    """Wipe the attempts of an account from one address, after a right password.

    What no wall counts any more goes with them, so that the table stays small by itself.
    """
    account_key, address_key = _key("account", sign_in_name(account)), _key("address", address)
    SignInAttempt.objects.filter(
        Q(account=account_key, address=address_key) | Q(at__lte=at - WINDOW)
    ).delete()


def spend_code(*, account: str, code: str, at: datetime) -> bool:
    """Use up a one-time code; False when this account has shown it before."""
    SpentCode.objects.filter(at__lte=at - WINDOW).delete()
    digest = _key("code", f"{sign_in_name(account)}:{''.join(code.split())}")
    try:
        with transaction.atomic():
            SpentCode.objects.create(id=uuid7(at=at), code=digest, at=at)
    except IntegrityError:
        return False
    return True


def _key(kind: str, value: str) -> str:
    """Return a keyed digest: the table must not tell who tried from where."""
    return salted_hmac(f"hocba.sign-in.{kind}", value, algorithm="sha256").hexdigest()
