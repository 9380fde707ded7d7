"""The web application: story pages, a JSON API with the same content, unsubscribing, health."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from http import HTTPStatus
from importlib.metadata import version
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException

from rules import Pack, load_pack
from worker import clock, log
from worker.settings import Settings, load_settings
from worker.store import Store
from worker.web import api, calendar, managing, pages, subscribing, unsubscribe
from worker.web.headers import ALWAYS, HeadAsGet, SafeHeaders
from worker.web.reader import Reader

ABOUT = (
    "What Deltawire's pages show, as JSON: for each story the record of its facts, the deadlines it names, and the "
    "alerts that were made. All moments are in UTC, and all days are days in UTC. Nothing here asks for a login."
)

SERVING: dict[str, Any] = {
    "log_config": None,
    "access_log": False,
    "server_header": False,
    "proxy_headers": False,  # uvicorn would believe whoever connects from this machine; `worker.web.forms` is stricter
}
"""What uvicorn is told, wherever the application is served."""


def create_app(
    settings: Settings,
    store: Store,
    packs: Mapping[str, Pack] | None = None,
    now: Callable[[], datetime] = clock.now,
) -> FastAPI:
    """The web application over an open store. `packs`: by story id, by default those of the settings.

    Raises PackError where a pack cannot be loaded.
    """
    if packs is None:
        packs = {pack.id: pack for pack in map(load_pack, settings.packs)}
    app = FastAPI(
        title="Deltawire",
        version=version("deltawire"),
        description=ABOUT,
        openapi_url="/api/openapi.json",
        docs_url=None,  # FastAPI's own pages load scripts from elsewhere; /api tells people
        redoc_url=None,
    )
    app.state.reader = Reader(settings, store, packs, now)
    app.add_middleware(HeadAsGet)
    app.add_middleware(SafeHeaders)
    app.add_exception_handler(HTTPException, _refused)
    app.add_exception_handler(Exception, _failed)
    for part in (api, calendar, pages, subscribing, managing, unsubscribe):
        app.include_router(part.router)
    app.mount("/static", StaticFiles(directory=pages.HERE / "static"), "static")
    return app


def app_from_env() -> FastAPI:
    """The application by the environment's settings, for `uvicorn worker.web.app:app_from_env --factory`."""
    settings = load_settings()
    return create_app(settings, Store.open(settings))


def _refused(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    if request.url.path.startswith("/api/"):
        return JSONResponse({"detail": error.detail}, error.status_code, error.headers)
    title = HTTPStatus(error.status_code).phrase
    message = error.detail if error.detail != title else "There is nothing at this address."
    page = pages.render(request, "error.html", error.status_code, title=title, message=message)
    page.headers.update(error.headers or {})
    return page


def _failed(request: Request, error: Exception) -> Response:
    """Outside of the middleware: this answer brings its own headers. The trace is in the log, never on the page."""
    log.get("web").error("page failed", path=request.url.path, error=type(error).__name__)
    if request.url.path.startswith("/api/") or request.url.path == "/healthz":
        return JSONResponse({"detail": "this failed here; the log says why"}, 500, ALWAYS)
    message = "This page could not be made. The record is not touched by that, and the log says why."
    page = pages.render(request, "error.html", 500, title="Something failed", message=message)
    page.headers.update(ALWAYS)
    return page
