from django.urls import include, path
from rest_framework.routers import SimpleRouter

from accounts import api

router = SimpleRouter(use_regex_path=False)
router.register("tokens", api.TokenViewSet, basename="token")

urlpatterns = [
    path("register/", api.RegisterView.as_view(), name="register"),
    path("login/", api.LoginView.as_view(), name="login"),
    path("refresh/", api.RefreshView.as_view(), name="refresh"),
    path("logout/", api.LogoutView.as_view(), name="logout"),
    path("me/", api.MeView.as_view(), name="me"),
    path("", include(router.urls)),
]
