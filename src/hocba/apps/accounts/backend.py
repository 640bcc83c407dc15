"""How a sign-in is checked: name and password against an active account, nothing else."""

from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.http import HttpRequest

from hocba.apps.accounts.models import Person, sign_in_name


class PersonBackend(BaseBackend):
    """Django's ModelBackend without its groups and permissions, which this house doesn't use."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **_unused: Any,
    ) -> Person | None:
        """Return the person, or None; an unknown name takes as long as a wrong password."""
        if username is None or password is None:
            return None
        person = Person.objects.filter(username=sign_in_name(username)).first()
        if person is None:
            Person().set_password(password)
            return None
        return person if person.check_password(password) and person.is_active else None

    def get_user(self, user_id: Any) -> Person | None:
        """Return the session's person while the account is open."""
        return Person.objects.filter(pk=user_id, is_active=True).first()
