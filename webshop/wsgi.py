"""The shop for a WSGI server: `webshop serve` uses granian; `gunicorn webshop.wsgi:app` and others work as well."""

from flask import Flask

from webshop.app import create_app


def warm(app: Flask) -> Flask:
    """Compile all templates now, so that the first person does not wait for it."""
    for name in app.jinja_env.list_templates(extensions=["html"]):
        if not name.startswith(("mail/", "pdf/")):
            app.jinja_env.get_template(name)
    return app


app = warm(create_app())
