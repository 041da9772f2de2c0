"""Every refusal, and the answer it becomes."""

from typing import Any


class ApiError(Exception):
    """A request that will not be done, and why."""

    status = 400

    def __init__(self, message: str, headers: dict[str, str] | None = None):
        super().__init__(message)
        self.body: dict[str, Any] = {"error": message}
        self.headers = headers or {}

    @property
    def reason(self) -> str:
        """All that is wrong, as one text."""
        fields = self.body.get("field-errors") or {}
        said = [f"{name}: {reason}" for name, reason in fields.items()]
        return " ".join(said + (self.body.get("errors") or [])) or str(self)


class Invalid(ApiError):
    """The request was understood and refused; says which fields and why."""

    def __init__(self, fields: dict | None = None, errors: list[str] | None = None):
        super().__init__("Invalid request.")
        self.body = {"field-errors": fields or {}, "errors": errors or []}


class Unauthorized(ApiError):
    status = 401

    def __init__(self, message: str = "Unauthorized"):
        super().__init__(message, {"www-authenticate": 'Basic realm="Ajar"'})


class Forbidden(ApiError):
    status = 403


class NotFound(ApiError):
    status = 404


class NotAllowed(ApiError):
    """The address is right, the method is not."""

    status = 405


class Conflict(ApiError):
    """Something else came before, or is under way. `told` is what, and where."""

    status = 409

    def __init__(self, message: str, **told: Any):
        super().__init__(message)
        self.body |= told


class TooLarge(ApiError):
    status = 413


class TooMany(ApiError):
    """Asked too often. Old clients read `rate_reset` in the body, newer ones the headers."""

    status = 429

    def __init__(self, limit: int, reset: float, kind: str, headers: dict[str, str]):
        super().__init__("API call count exceeded for this period", headers)
        rates = {"rate_limit": limit, "rate_reset": round(reset, 3), "rate_limit_type": kind}
        message = self.body["error"]
        self.body = {"error": {"message": message} | rates, "message": message} | rates


class TooSlow(ApiError):
    """The rest of the request did not come; the connection is given up with it."""

    status = 408

    def __init__(self, message: str):
        super().__init__(message, {"connection": "close"})


class TookTooLong(ApiError):
    """The database was given up on: the same request will fare no better."""

    status = 504


class Unavailable(ApiError):
    """Not now; the same request may succeed in a moment."""

    status = 503
