"""The application: settings in, a plain WSGI app out. No logic here."""

from flask import Flask, session
from werkzeug.middleware.proxy_fix import ProxyFix

from webshop import paths
from webshop.accounts.sessions import load_signed_in
from webshop.accounts.views import bp as accounts_bp
from webshop.accounts.views import people_bp
from webshop.backoffice.views import bp as backoffice_bp
from webshop.cart.views import bp as cart_bp
from webshop.catalog.views import bp as catalog_bp
from webshop.checkout.inbox import bp as approvals_bp
from webshop.checkout.order_pages import bp as orders_bp
from webshop.checkout.views import bp as checkout_bp
from webshop.config import Settings, load_settings
from webshop.core.db import configure_engine
from webshop.extensions import babel, csrf, db, login
from webshop.fulfilment.views import bp as fulfilment_bp
from webshop.navigation import init_frame
from webshop.probes import gauges, probes
from webshop.schema import CONNECT_TIMEOUT_S
from webshop.web.access import actor_or_none, check_routes
from webshop.web.errors import init_errors
from webshop.web.filters import init_filters
from webshop.web.headers import init_headers
from webshop.web.health import init_health
from webshop.web.logs import init_logs
from webshop.web.pages import bp as pages_bp
from webshop.web.reading import ReadOnlyGets, init_transactions

BLUEPRINTS = (
    pages_bp,
    accounts_bp,
    people_bp,
    catalog_bp,
    cart_bp,
    checkout_bp,
    orders_bp,
    approvals_bp,
    fulfilment_bp,
    backoffice_bp,
)
LANGUAGES = ("de", "en")
MIB = 1024 * 1024


def create_app(settings: Settings | None = None) -> Flask:
    """The shop as a WSGI application; SettingsError where the environment does not make one."""
    settings = settings or load_settings()
    app = Flask("webshop", template_folder=str(paths.TEMPLATES), static_folder=str(paths.STATIC), static_url_path="/static")
    app.config.from_mapping(_flask_config(settings))
    app.extensions["webshop_settings"] = settings
    init_logs(app)
    _init_database(app)
    csrf.init_app(app)
    login.init_app(app, add_context_processor=False)  # templates see `actor`; an error page must not load anybody
    login.session_protection = "strong"
    login.user_loader(load_signed_in)
    babel.init_app(app, locale_selector=_language, default_translation_directories=str(paths.TRANSLATIONS))
    init_headers(app, secure=settings.secure)
    init_errors(app)
    init_filters(app)
    init_frame(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    init_health(app, probes=probes(settings), gauges=gauges)
    check_routes(app)
    if settings.proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, settings.proxies, settings.proxies, settings.proxies)  # type: ignore[method-assign]
    app.wsgi_app = ReadOnlyGets(app.wsgi_app)  # type: ignore[method-assign]
    return app


def _flask_config(settings: Settings) -> dict[str, object]:
    """Flask's own names for our settings; limits of S-29, cookies of S-12."""
    engine: dict[str, object] = {
        "pool_pre_ping": True,
        "pool_size": settings.web_threads + 2,
        "max_overflow": 4,
        "pool_timeout": 10,
    }
    if not settings.database_url.startswith("sqlite"):
        engine["connect_args"] = {"connect_timeout": CONNECT_TIMEOUT_S}
    elif ":memory:" in settings.database_url:
        engine = {}
    return {
        "SECRET_KEY": settings.secret_key,
        "SECRET_KEY_FALLBACKS": settings.secret_key_fallbacks,
        "SQLALCHEMY_DATABASE_URI": settings.database_url,
        "SQLALCHEMY_ENGINE_OPTIONS": engine,
        "TRUSTED_HOSTS": settings.hosts,
        "SESSION_COOKIE_NAME": "__Host-webshop" if settings.secure else "webshop",
        "SESSION_COOKIE_SECURE": settings.secure,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "MAX_CONTENT_LENGTH": 8 * MIB,
        "MAX_FORM_MEMORY_SIZE": 2 * MIB,
        "MAX_FORM_PARTS": 5_000,
        "WTF_CSRF_TIME_LIMIT": None,
        "WTF_CSRF_SSL_STRICT": settings.secure,
        "BABEL_DEFAULT_LOCALE": "de",
        "BABEL_DEFAULT_TIMEZONE": "Europe/Berlin",
        "TESTING": settings.testing,
        "PROPAGATE_EXCEPTIONS": False,
    }


def _init_database(app: Flask) -> None:
    db.init_app(app)
    init_transactions(app)
    with app.app_context():
        configure_engine(db.engine, public_url=app.extensions["webshop_settings"].public_url)


def _language() -> str:
    actor = actor_or_none()
    chosen = actor.language if actor else session.get("language")
    return chosen if chosen in LANGUAGES else "de"
