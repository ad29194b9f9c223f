"""What the API says about people and takes from them."""

from datetime import timedelta
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError as DjangoValidationError
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from accounts.models import ApiToken, Scope, User

MAX_DAYS = 365


class RegisterSerializer(serializers.ModelSerializer[User]):
    password = serializers.CharField(write_only=True, max_length=1024, trim_whitespace=False)
    # Without the unique check: whether an address has an account is nobody's business.
    email = serializers.EmailField(max_length=254)

    class Meta:
        model = User
        fields = ("username", "email", "password")

    def validate_username(self, name: str) -> str:
        """Refuse names that differ from a taken one in case only."""
        if User.objects.filter(username__iexact=name).exists():
            raise serializers.ValidationError(
                _("This user name is taken. Choose another one."), code="unique"
            )
        return name

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Hold the password against Django's validators."""
        draft = User(username=attrs["username"], email=attrs["email"])
        try:
            validate_password(attrs["password"], draft)
        except DjangoValidationError as problem:
            raise serializers.ValidationError({"password": problem.messages}) from problem
        return attrs


class LoginSerializer(serializers.Serializer[Any]):
    username = serializers.CharField(required=False, max_length=254, help_text=_("or email"))
    email = serializers.CharField(required=False, max_length=254)
    password = serializers.CharField(write_only=True, max_length=1024, trim_whitespace=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Demand a name of some kind."""
        if not (attrs.get("username") or attrs.get("email")):
            raise serializers.ValidationError({"username": _("Send username or email.")})
        return attrs


class RefreshSerializer(serializers.Serializer[Any]):
    refresh = serializers.CharField(max_length=4096)


class TokenPairSerializer(serializers.Serializer[Any]):
    access = serializers.CharField()
    refresh = serializers.CharField()


class MeSerializer(serializers.ModelSerializer[User]):
    class Meta:
        model = User
        fields = (
            "id",
            "username",
            "email",
            "name",
            "role",
            "language",
            "theme",
            "timezone",
            "keyboard_shortcuts",
            "created_at",
        )
        read_only_fields = ("id", "username", "email", "role", "created_at")


class ApiTokenSerializer(serializers.ModelSerializer[ApiToken]):
    class Meta:
        model = ApiToken
        fields = ("id", "name", "prefix", "scopes", "created_at", "last_used_at", "expires_at")
        read_only_fields = fields


class NewApiTokenSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=100)
    scopes = serializers.ListField(
        child=serializers.ChoiceField(Scope.choices), min_length=1, default=[Scope.READ]
    )
    days = serializers.IntegerField(
        min_value=1, max_value=MAX_DAYS, default=90, allow_null=True, help_text=_("null: no end")
    )

    def lifetime(self) -> timedelta | None:
        """How long the token is to live; None for ever."""
        days = self.validated_data["days"]
        return timedelta(days=days) if days else None


class IssuedApiTokenSerializer(ApiTokenSerializer):
    token = serializers.CharField(read_only=True, help_text=_("shown only now"))

    class Meta(ApiTokenSerializer.Meta):
        fields = (*ApiTokenSerializer.Meta.fields, "token")  # type: ignore[assignment]
        read_only_fields = fields  # type: ignore[assignment]
