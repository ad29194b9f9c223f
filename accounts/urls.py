from django.urls import path

from accounts import views

app_name = "accounts"
urlpatterns = [
    path("setup/<str:token>/", views.first_admin, name="setup"),
    path("account/", views.account, name="account"),
    path("account/profile/", views.save_profile, name="profile"),
    path("account/theme/", views.set_theme, name="theme"),
    path("account/language/", views.set_language, name="language"),
    path("account/tokens/", views.create_token, name="create_token"),
    path("account/tokens/<uuid:pk>/revoke/", views.revoke, name="revoke_token"),
    path("account/sessions/<int:pk>/end/", views.end_session, name="end_session"),
    path("account/sessions/end-others/", views.end_other_sessions, name="end_other_sessions"),
]
