from django.urls import path

from accounts import views, views_notification_settings, views_notifications

app_name = "accounts"
listing, chosen = views_notifications, views_notification_settings
notifications = [
    path("notifications/", listing.notification_list, name="notifications"),
    path("notifications/menu/", listing.menu, name="notification_menu"),
    path("notifications/bell/", listing.bell, name="bell"),
    path("notifications/read-all/", listing.mark_all, name="notifications_read"),
    path("notifications/<uuid:pk>/", listing.open_notification, name="notification"),
    path("notifications/<uuid:pk>/mark/", listing.mark, name="notification_mark"),
    path("account/notifications/", chosen.notification_settings, name="notification_settings"),
    path("account/notifications/choices/", chosen.save_choices, name="notification_choices"),
    path("account/notifications/quiet/", chosen.save_quiet_hours, name="quiet_hours"),
    path("account/notifications/test-mail/", chosen.test_mail, name="test_mail"),
    path("account/deliveries/", chosen.deliveries, name="deliveries"),
    path("account/deliveries/<uuid:pk>/retry/", chosen.retry_delivery, name="retry_delivery"),
    path("account/webhooks/", chosen.add_webhook, name="add_webhook"),
    path("account/webhooks/<uuid:pk>/switch/", chosen.switch_webhook, name="switch_webhook"),
    path("account/webhooks/<uuid:pk>/rotate/", chosen.rotate_webhook, name="rotate_webhook"),
    path("account/webhooks/<uuid:pk>/test/", chosen.test_webhook, name="test_webhook"),
    path("account/webhooks/<uuid:pk>/remove/", chosen.remove_webhook, name="remove_webhook"),
]
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
    *notifications,
]
