"""All settings, top to bottom. Closed by default; the environment supplies values."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF

from config import env, recurring
from config import logging as logs
from config.compute import compute
from config.enum_names import ENUM_NAMES
from config.static_headers import closed

BASE_DIR = env.BASE_DIR
VAR_DIR = env.var_dir()

# --- mode and secrets -------------------------------------------------------------------------
# Local: one person's machine, plain http on loopback. Production is everything else.
LOCAL = env.env_str("ALMANAC_MODE", "local") == "local"
DEBUG = False
SECRET_KEY = env.env_secret("SECRET_KEY", local=LOCAL)
# Keys of before: what they signed or sealed can still be read.
SECRET_KEY_FALLBACKS = env.env_list("SECRET_KEY_FALLBACKS")
JWT_KEY = env.env_secret("JWT_KEY", local=LOCAL)
ALLOWED_HOSTS = env.env_list("ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]" if LOCAL else "")
CSRF_TRUSTED_ORIGINS = env.env_list("CSRF_TRUSTED_ORIGINS")
SIGNUP_OPEN = env.env_str("ALMANAC_SIGNUP", "closed") == "open"

# --- applications -----------------------------------------------------------------------------
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "servestatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_htmx",
    "channels",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "corsheaders",
    "csp",
    "allauth",
    "allauth.account",
    "allauth.usersessions",
    "django_celery_beat",
    "accounts",
    "jobs",
    "datasets",
    "forecasting",
    "config",
]
MIDDLEWARE = [
    "accounts.middleware.RequestIdMiddleware",
    # The only one that must be async: what follows then runs in one thread without switches.
    "servestatic.middleware.ServeStaticMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "accounts.middleware.BrowserPoliciesMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.PreferencesMiddleware",
    "accounts.middleware.SignInMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.ProblemMiddleware",
]
ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.template.context_processors.tz",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.context.frame",
            ],
            "builtins": [
                "django.templatetags.static",
                "django.templatetags.i18n",
                "config.ui_tags",
            ],
        },
    },
]

# --- stores -----------------------------------------------------------------------------------
DATABASE_URL = env.env_str("DATABASE_URL", "postgres://almanac@127.0.0.1:5432/almanac")
DATABASES = {"default": env.database(DATABASE_URL)}
REDIS_URL = env.env_str("REDIS_URL", "redis://127.0.0.1:6379")
CACHES = {
    "default": {
        "BACKEND": "config.cache.SharedRedisCache",
        "LOCATION": env.redis_database(REDIS_URL, 2),
        "KEY_PREFIX": "almanac",
        # Raised with the form of what is kept, so that an older one is not read.
        "VERSION": 2,
    }
}
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [env.redis_database(REDIS_URL, 1)], "prefix": "almanac"},
    }
}
STORAGE_URL = env.env_str("STORAGE_URL", f"file://{VAR_DIR / 'storage'}")
STORAGES = {
    "default": env.storage(STORAGE_URL),
    "staticfiles": {"BACKEND": "config.static_files.ManifestStorage"},
}
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700
FILE_UPLOAD_TEMP_DIR = None
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000
DATA_UPLOAD_MAX_NUMBER_FILES = 20
UPLOAD_MAX_BYTES = env.env_int("ALMANAC_UPLOAD_MAX_BYTES", 10_000_000_000)
# A file that takes longer to read is stopped.
INGEST_SECONDS = env.env_int("ALMANAC_INGEST_SECONDS", 1800)
# Parts of files, and files that nobody imported, go after so long.
UPLOAD_KEEP_SECONDS = env.env_int("ALMANAC_UPLOAD_KEEP_SECONDS", 24 * 3600)
# SQL of people: how long a statement may take, its address space, how many run at once in one
# web process, how many wait started, how many one person may have waiting.
SQL_SECONDS = env.env_float("ALMANAC_SQL_SECONDS", 10.0)
SQL_MEMORY_BYTES = env.env_int("ALMANAC_SQL_MEMORY_BYTES", 1024**3)
SQL_AT_ONCE = env.env_int("ALMANAC_SQL_AT_ONCE", 4)
SQL_STARTED = env.env_int("ALMANAC_SQL_STARTED", 3)
SQL_WAITING = env.env_int("ALMANAC_SQL_WAITING", 8)
# Whole results (exports, results kept as datasets) are made by a worker and may take longer.
SQL_WHOLE_SECONDS = env.env_float("ALMANAC_SQL_WHOLE_SECONDS", 300.0)
QUOTA_BYTES = env.env_int("ALMANAC_QUOTA_BYTES", 50 * 1024**3)

# --- static files -----------------------------------------------------------------------------
STATIC_URL = "/static/"
SERVESTATIC_ADD_HEADERS_FUNCTION = closed
SERVESTATIC_ALLOW_ALL_ORIGINS = False
STATIC_ROOT = Path(env.env_str("ALMANAC_STATIC", str(VAR_DIR / "static")))
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "config.finders.PlotlyFinder",
    "config.finders.StylesheetFinder",
]

# --- people -----------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "accounts.passwords.LengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "datasets:home"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "username*", "password1*", "password2*"]
# Where people make their own accounts, only a proven address hides who has one already.
ACCOUNT_EMAIL_VERIFICATION = env.env_str(
    "ALMANAC_EMAIL_VERIFICATION", "mandatory" if SIGNUP_OPEN else "optional"
)
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = None
ACCOUNT_RATE_LIMITS = {
    "login": "20/m/ip",
    "login_failed": "5/m/key,20/m/ip",
    "reset_password": "3/h/key",
}
ALLAUTH_TRUSTED_PROXY_COUNT = env.env_int("ALMANAC_PROXIES", 0)
# The last use is kept in the cache by PreferencesMiddleware: no row is written per request.
USERSESSIONS_TRACK_ACTIVITY = False
_MAIL = env.mail(env.env_str("EMAIL_URL"))
EMAIL_BACKEND = env.env_str("EMAIL_BACKEND", _MAIL.backend)
EMAIL_HOST = env.env_str("EMAIL_HOST", _MAIL.host)
EMAIL_PORT = env.env_int("EMAIL_PORT", _MAIL.port)
EMAIL_HOST_USER = env.env_str("EMAIL_HOST_USER", _MAIL.user)
EMAIL_HOST_PASSWORD = env.env_str("EMAIL_HOST_PASSWORD", _MAIL.password)
EMAIL_USE_TLS = env.env_bool("EMAIL_USE_TLS", default=_MAIL.use_tls)
EMAIL_USE_SSL = env.env_bool("EMAIL_USE_SSL", default=_MAIL.use_ssl)
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env.env_str("DEFAULT_FROM_EMAIL", "almanac@localhost")

# The address in mails and webhooks.
_HOST = ALLOWED_HOSTS[0] if ALLOWED_HOSTS else "localhost"
PUBLIC_URL = env.env_str(
    "ALMANAC_URL", "http://127.0.0.1:8000" if LOCAL else f"https://{_HOST}"
).rstrip("/")
# Private places that webhooks and models may reach: name, name:port, address, network/bits.
EGRESS_ALLOW = env.env_list("ALMANAC_EGRESS_ALLOW")
NOTIFICATION_KEEP_DAYS = env.env_int("ALMANAC_NOTIFICATION_KEEP_DAYS", 90)
# What happens again within this many seconds is counted, not told again.
NOTIFICATION_SAME_SECONDS = env.env_int("ALMANAC_NOTIFICATION_SAME", 3600)

# --- sessions and browser safety --------------------------------------------------------------
SECURE = not LOCAL
SESSION_COOKIE_NAME = "__Host-session" if SECURE else "almanac_session"
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_SECURE = SECURE
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = "__Host-csrf" if SECURE else "almanac_csrf"
CSRF_COOKIE_SECURE = SECURE
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "config.error_pages.csrf_failure"
SECURE_SSL_REDIRECT = SECURE and env.env_bool("SECURE_SSL_REDIRECT", default=True)
SECURE_REDIRECT_EXEMPT = [r"^health$", r"^ready$"]
SECURE_PROXY_SSL_HEADER = (
    ("HTTP_X_FORWARDED_PROTO", "https") if ALLAUTH_TRUSTED_PROXY_COUNT else None
)
SECURE_HSTS_SECONDS = env.env_int("SECURE_HSTS_SECONDS", 31_536_000) if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE
SECURE_HSTS_PRELOAD = SECURE
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CORS_ALLOWED_ORIGINS = env.env_list("CORS_ALLOWED_ORIGINS")
CORS_URLS_REGEX = r"^/api/.*$"

# The hash is that of the empty style element which Plotly fills by insertRule.
_EMPTY_STYLE = "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF, _EMPTY_STYLE],
        "style-src-attr": ["'unsafe-inline'"],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "object-src": [NONE],
    }
}

# --- API --------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.authentication.PersonalTokenAuthentication",
        "accounts.authentication.ActiveJWTAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["accounts.permissions.SignedInAndScoped"],
    "DEFAULT_PARSER_CLASSES": [
        "accounts.parsing.KnownNamesParser",
        "accounts.parsing.KnownNamesFormParser",
        "rest_framework.parsers.MultiPartParser",
    ],
    "DEFAULT_RENDERER_CLASSES": [
        "rest_framework.renderers.JSONRenderer",
        "accounts.renderers.SignedInBrowsableRenderer",
    ],
    "DEFAULT_PAGINATION_CLASS": "accounts.paging.KeysetPagination",
    "PAGE_SIZE": 50,
    "DEFAULT_THROTTLE_CLASSES": [
        "accounts.throttling.AnonymousThrottle",
        "accounts.throttling.PersonThrottle",
        "accounts.throttling.ScopeThrottle",
    ],
    "DEFAULT_THROTTLE_RATES": {
        "anon": env.env_str("ALMANAC_RATE_ANON", "60/min"),
        "user": env.env_str("ALMANAC_RATE_USER", "1200/min"),
        "login": "20/min",
        "refresh": "30/min",
        "upload": "60/hour",
        "export": "60/min",
        "sql": env.env_str("ALMANAC_RATE_SQL", "60/min"),
        "predict": env.env_str("ALMANAC_RATE_PREDICT", "1200/min"),
        "forecast": env.env_str("ALMANAC_RATE_FORECAST", "120/min"),
    },
    "NUM_PROXIES": ALLAUTH_TRUSTED_PROXY_COUNT,
    "EXCEPTION_HANDLER": "config.api_errors.handler",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "STRICT_JSON": True,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SIMPLE_JWT = {
    "ACCESS_TOKEN_LIFETIME": timedelta(minutes=5),
    "REFRESH_TOKEN_LIFETIME": timedelta(days=7),
    "ROTATE_REFRESH_TOKENS": True,
    "SIGNING_KEY": JWT_KEY,
    "UPDATE_LAST_LOGIN": True,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Almanac",
    "DESCRIPTION": "Forecasts you can trust and share, from any table of time-stamped numbers.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["accounts.permissions.SignedInAndScoped"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": ENUM_NAMES,
}

# --- background work --------------------------------------------------------------------------
JOB_HARD_LIMIT = env.env_int("ALMANAC_JOB_HARD_LIMIT", 6 * 3600)
JOB_HEARTBEAT_SECONDS = env.env_float("ALMANAC_JOB_HEARTBEAT", 10.0)
JOB_LOST_SECONDS = env.env_float("ALMANAC_JOB_LOST", 45.0)
JOB_REAP_SECONDS = env.env_float("ALMANAC_JOB_REAP", 10.0)
# Wall time of a race, unless a person says otherwise; the best by then is taken.
FORECAST_BALANCED_SECONDS = env.env_float("ALMANAC_BALANCED_SECONDS", 45.0)
FORECAST_THOROUGH_SECONDS = env.env_float("ALMANAC_THOROUGH_SECONDS", 600.0)
# Runs of one forecast that are kept: the newest ones, and the last of each day before them.
FORECAST_RUNS = env.env_int("ALMANAC_FORECAST_RUNS", 30)
FORECAST_RUN_DAYS = env.env_int("ALMANAC_FORECAST_RUN_DAYS", 90)
# Where models of every series alone are fitted when there are many.
COMPUTE = compute()
# Where nets and what needs torch are asked; the local supervisor says it by itself.
SERVING_URL = env.env_str("ALMANAC_SERVING_URL")
# Models in memory: of the serving process, and light ones of each web process.
SERVING_CACHE_MB = env.env_int("ALMANAC_SERVING_CACHE_MB", 512)
SERVING_WEB_CACHE_MB = env.env_int("ALMANAC_SERVING_WEB_CACHE_MB", 128)
JOB_REPORT_SECONDS = env.env_float("ALMANAC_JOB_REPORT", 1.0)
JOB_KEEP_DAYS = env.env_int("ALMANAC_JOB_KEEP_DAYS", 30)
CELERY_BROKER_URL = env.redis_database(REDIS_URL, 0)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# A message is never redelivered while its job may run: the lease in the row is the only judge.
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": JOB_HARD_LIMIT + 3600}
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_SERIALIZER = "json"
CELERY_RESULT_SERIALIZER = "json"
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = False
CELERY_TASK_TIME_LIMIT = JOB_HARD_LIMIT
CELERY_TASK_SOFT_TIME_LIMIT = JOB_HARD_LIMIT - 60
CELERY_TASK_DEFAULT_QUEUE = "fast"
CELERY_TASK_CREATE_MISSING_QUEUES = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# A queue that comes back finds the job still running; its second message is turned away.
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULER = "jobs.scheduling:WatchingScheduler"
CELERY_BEAT_SCHEDULE = recurring.schedule()

# --- words and time ---------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("zh-hans", "简体中文")]
LOCALE_PATHS = [BASE_DIR / "locale"]
LANGUAGE_COOKIE_NAME = "almanac_language"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
USE_THOUSAND_SEPARATOR = True

# --- logs -------------------------------------------------------------------------------------
LOG_FORMAT = env.env_str("ALMANAC_LOG", "json")
LOG_LEVEL = env.env_str("ALMANAC_LOG_LEVEL", "INFO")
LOGGING = logs.tree(LOG_FORMAT, LOG_LEVEL)
