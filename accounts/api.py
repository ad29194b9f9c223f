"""/api/v1/auth/: JWT sign-in, the own profile, personal tokens."""

from typing import Any

from django.db import models
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, status
from rest_framework.permissions import AllowAny, BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.viewsets import GenericViewSet

from accounts import jwt
from accounts.api_tokens import issue_token, revoke_token
from accounts.models import ApiToken, User
from accounts.permissions import SignedInAndScoped
from accounts.problems import NotAllowed
from accounts.registration import check_credentials, register
from accounts.requests import AuthenticatedApiRequest
from accounts.serializers import (
    ApiTokenSerializer,
    IssuedApiTokenSerializer,
    LoginSerializer,
    MeSerializer,
    NewApiTokenSerializer,
    RefreshSerializer,
    RegisterSerializer,
    TokenPairSerializer,
)


class InPerson(BasePermission):
    """A personal token cannot make more tokens: a leaked one must not outlive its revocation."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Return True unless the request came with a personal token; raises NotAllowed then."""
        if isinstance(request.auth, ApiToken):
            raise NotAllowed(_("Sign in to manage tokens; a token cannot do it."))
        return True


class OpenDoor(APIView):
    """Base of the few endpoints that work without a sign-in; counted by `throttle_scope`."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    throttle_scope = "login"

    def get_authenticate_header(self, request: Request) -> str:
        """Nobody is asked to authenticate here, yet wrong credentials are a 401 all the same."""
        return 'Bearer realm="api"'


class RegisterView(OpenDoor):
    @extend_schema(request=RegisterSerializer, responses={201: None}, tags=["auth"])
    def post(self, request: Request) -> Response:
        """Make an account where sign-up is open. The answer does not tell whether it existed."""
        data = RegisterSerializer(data=request.data)
        data.is_valid(raise_exception=True)
        register(request._request, **data.validated_data)  # noqa: SLF001 - allauth needs Django's
        return Response({"username": data.validated_data["username"]}, status.HTTP_201_CREATED)


class LoginView(OpenDoor):
    @extend_schema(request=LoginSerializer, responses=TokenPairSerializer, tags=["auth"])
    def post(self, request: Request) -> Response:
        """Exchange user name (or email) and password for an access and a refresh token."""
        data = LoginSerializer(data=request.data)
        data.is_valid(raise_exception=True)
        user = check_credentials(
            request._request,  # noqa: SLF001 - allauth needs Django's
            name=data.validated_data.get("username") or data.validated_data["email"],
            password=data.validated_data["password"],
        )
        return Response(TokenPairSerializer(jwt.sign_in(user)).data)


class RefreshView(OpenDoor):
    throttle_scope = "refresh"

    @extend_schema(request=RefreshSerializer, responses=TokenPairSerializer, tags=["auth"])
    def post(self, request: Request) -> Response:
        """Exchange a refresh token for a new pair. Each works once; a second use ends them all."""
        data = RefreshSerializer(data=request.data)
        data.is_valid(raise_exception=True)
        return Response(TokenPairSerializer(jwt.refresh(data.validated_data["refresh"])).data)


class LogoutView(OpenDoor):
    throttle_scope = "refresh"

    @extend_schema(request=RefreshSerializer, responses={204: None}, tags=["auth"])
    def post(self, request: Request) -> Response:
        """End the sign-in of this refresh token, with all its access tokens."""
        data = RefreshSerializer(data=request.data)
        data.is_valid(raise_exception=True)
        jwt.sign_out(data.validated_data["refresh"])
        return Response(status=status.HTTP_204_NO_CONTENT)


class MeView(APIView):
    @extend_schema(responses=MeSerializer, tags=["auth"])
    def get(self, request: AuthenticatedApiRequest) -> Response:
        """Say who is asking."""
        return Response(MeSerializer(request.user).data)

    @extend_schema(request=MeSerializer, responses=MeSerializer, tags=["auth"])
    def patch(self, request: AuthenticatedApiRequest) -> Response:
        """Change name, language, theme, time zone or shortcuts."""
        data = MeSerializer(request.user, data=request.data, partial=True)
        data.is_valid(raise_exception=True)
        data.save()
        return Response(data.data)


@extend_schema(tags=["auth"])
class TokenViewSet(mixins.ListModelMixin, mixins.DestroyModelMixin, GenericViewSet[ApiToken]):
    """Personal API tokens of the person who asks."""

    queryset = ApiToken.objects.none()
    serializer_class = ApiTokenSerializer
    permission_classes = (SignedInAndScoped, InPerson)
    lookup_value_converter = "uuid"

    def get_queryset(self) -> models.QuerySet[ApiToken]:
        """Own tokens that are not revoked."""
        user = self.request.user
        return ApiToken.objects.for_list(user) if isinstance(user, User) else self.queryset

    @extend_schema(request=NewApiTokenSerializer, responses={201: IssuedApiTokenSerializer})
    def create(self, request: AuthenticatedApiRequest, *args: Any, **kwargs: Any) -> Response:
        """Make a token; `token` in the answer is the secret and is never shown again."""
        data = NewApiTokenSerializer(data=request.data)
        data.is_valid(raise_exception=True)
        token, secret = issue_token(
            owner=request.user,
            name=data.validated_data["name"],
            scopes=data.validated_data["scopes"],
            lifetime=data.lifetime(),
        )
        body = {**ApiTokenSerializer(token).data, "token": secret}
        return Response(body, status.HTTP_201_CREATED, headers={"Cache-Control": "no-store"})

    def perform_destroy(self, instance: ApiToken) -> None:
        """Revoke: the row stays for the record, the secret opens nothing any more."""
        revoke_token(instance, actor=instance.owner)
