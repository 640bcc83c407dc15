"""Tables of the accounts office: people, their dated roles in units, failed sign-ins."""

from typing import Any, ClassVar, Self
from unicodedata import normalize

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q

ROLES: dict[str, str] = {
    "subject_teacher": "Giáo viên bộ môn",
    "homeroom_teacher": "Giáo viên chủ nhiệm",
    "subject_head": "Tổ trưởng chuyên môn",
    "principal": "Hiệu trưởng",
    "deputy_principal": "Phó hiệu trưởng",
    "clerk": "Văn thư",
    "it_officer": "Cán bộ công nghệ thông tin",
    "authority_officer": "Cán bộ cấp quản lý",
    "department_officer": "Cán bộ Sở",
    "operator": "Quản trị hệ thống",
}


def sign_in_name(typed: str) -> str:
    """Return a sign-in name as it is stored: composed, trimmed, in small letters."""
    return normalize("NFC", typed).strip().lower()


class Person(AbstractBaseUser):
    """One human being with one account, whatever schools and roles they have over the years."""

    id = models.UUIDField(primary_key=True)
    username = models.CharField("tên đăng nhập", max_length=60)
    full_name = models.CharField("họ và tên", max_length=200)
    citizen_id = models.CharField("số định danh cá nhân", max_length=12, null=True, blank=True)
    is_active = models.BooleanField("đang hoạt động", default=True)
    is_staff = models.BooleanField("vào trang quản trị", default=False)
    is_superuser = models.BooleanField("quản trị hệ thống", default=False)

    objects: ClassVar[BaseUserManager[Self]] = BaseUserManager()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar = ["full_name"]

    class Meta:
        """Names of the promises kept by the database."""

        verbose_name = "người dùng"
        verbose_name_plural = "người dùng"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["username"],
                name="person_username_once",
                violation_error_message="Tên đăng nhập này đã có người dùng.",
            ),
            models.UniqueConstraint(
                fields=["citizen_id"],
                name="person_citizen_id_once",
                violation_error_message="Số định danh cá nhân này đã có tài khoản.",
            ),
            models.CheckConstraint(
                condition=Q(citizen_id__isnull=True) | Q(citizen_id__regex=r"^[0-9]{12}$"),
                name="person_citizen_id_has_12_digits",
                violation_error_message="Số định danh cá nhân phải có đúng 12 chữ số.",
            ),
        ]

    def __str__(self) -> str:
        """Return the name, for the operator's pages."""
        return self.full_name

    def has_perm(self, _permission: str, _object: Any = None) -> bool:
        """Django's own permissions serve the operator's pages alone; offices ask `permissions`."""
        return self.is_active and self.is_staff and self.is_superuser

    def has_perms(self, _permissions: Any, _object: Any = None) -> bool:
        """Answer as `has_perm` does."""
        return self.has_perm("")

    def has_module_perms(self, _label: str) -> bool:
        """Answer as `has_perm` does."""
        return self.has_perm("")


class RoleAssignment(models.Model):
    """One role of one person in one unit, from a day to a day (both included)."""

    id = models.UUIDField(primary_key=True)
    person = models.ForeignKey(Person, on_delete=models.RESTRICT, related_name="roles")
    role = models.CharField("vai trò", max_length=20, choices=list(ROLES.items()))
    unit_id = models.UUIDField("đơn vị")  # a unit of the roster, which stands above this office
    valid_from = models.DateField("từ ngày")
    valid_to = models.DateField("đến ngày", null=True, blank=True)

    class Meta:
        """Names of the promises kept by the database."""

        verbose_name = "vai trò"
        verbose_name_plural = "vai trò"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(role__in=list(ROLES)),
                name="role_assignment_role_known",
                violation_error_message="Vai trò này không có trong danh mục.",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="role_assignment_ends_after_start",
                violation_error_message="Ngày kết thúc phải sau ngày bắt đầu.",
            ),
            models.UniqueConstraint(
                fields=["person", "role", "unit_id", "valid_from"],
                name="role_assignment_once_per_start",
                violation_error_message="Vai trò này đã được giao từ ngày đó.",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["unit_id", "role"], name="role_by_unit")]

    def __str__(self) -> str:
        """Return the role's Vietnamese name and its days."""
        return f"{ROLES.get(self.role, self.role)} {self.valid_from}–{self.valid_to or ''}"


DELEGATED_ACTS = {"sign_transcripts": "Ký học bạ thay hiệu trưởng"}


class Delegation(models.Model):
    """The head of a school lets a deputy do one act from a day to a day (NĐ 23/2025 Điều 14).

    What was done under it names it for ever, so a row is never removed; revoking writes when.
    """

    id = models.UUIDField(primary_key=True)
    unit_id = models.UUIDField("đơn vị")
    act = models.CharField("việc", max_length=20, choices=list(DELEGATED_ACTS.items()))
    giver = models.ForeignKey(Person, on_delete=models.RESTRICT, related_name="+")
    receiver = models.ForeignKey(Person, on_delete=models.RESTRICT, related_name="delegations")
    valid_from = models.DateField("từ ngày")
    valid_to = models.DateField("đến ngày")
    reason = models.CharField("lí do", max_length=300)
    given_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.UUIDField(null=True)

    class Meta:
        """Names of the promises kept by the database."""

        verbose_name = "ủy quyền"
        verbose_name_plural = "ủy quyền"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(act__in=list(DELEGATED_ACTS)), name="delegation_act_known"
            ),
            models.CheckConstraint(
                condition=~Q(giver=F("receiver")), name="delegation_to_somebody_else"
            ),
            models.CheckConstraint(
                condition=Q(valid_to__gte=F("valid_from")), name="delegation_ends_after_start"
            ),
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True, revoked_by__isnull=True)
                | Q(revoked_at__isnull=False, revoked_by__isnull=False),
                name="delegation_revoked_by_somebody",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["receiver", "unit_id"], name="delegation_by_receiver")
        ]

    def __str__(self) -> str:
        """Return the act and its days."""
        return f"{DELEGATED_ACTS.get(self.act, self.act)} {self.valid_from}–{self.valid_to}"


class SignInAttempt(models.Model):
    """One unfinished or failed sign-in; keyed digests only, so that it names nobody."""

    id = models.UUIDField(primary_key=True)
    account = models.CharField(max_length=64)
    address = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        """Find the recent attempts on one account, or from one address."""

        indexes: ClassVar = [
            models.Index(fields=["account", "at"], name="sign_in_attempt_account"),
            models.Index(fields=["address", "at"], name="sign_in_attempt_address"),
            models.Index(fields=["at"], name="sign_in_attempt_at"),
        ]

    def __str__(self) -> str:
        """Return the row's identifier."""
        return str(self.id)


class SpentCode(models.Model):
    """One code of a second factor that was shown; a keyed digest only, for a quarter of an hour."""

    id = models.UUIDField(primary_key=True)
    code = models.CharField(max_length=64)
    at = models.DateTimeField(db_index=True)

    class Meta:
        """A code works once, whichever process sees it."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["code"], name="code_spent_once")]

    def __str__(self) -> str:
        """Return the row's identifier."""
        return str(self.id)
