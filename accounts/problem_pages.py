"""How a problem looks: a page, a notice for htmx, or JSON for programs."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from accounts.problems import Problem, TooBusy, Unavailable


def problem_json(problem: Problem) -> dict[str, dict[str, str]]:
    """The one error shape of the API."""
    return {
        "error": {
            "code": problem.code,
            "message": str(problem.message),
            "field": problem.field,
            "hint": str(problem.hint),
        }
    }


def problem_headers(problem: Problem) -> dict[str, str]:
    """What the answer says beside its body."""
    if isinstance(problem, TooBusy | Unavailable):
        return {"Retry-After": str(problem.retry_after)}
    return {}


def wants_json(request: HttpRequest) -> bool:
    """True for API paths and for programs that ask for JSON and not for pages."""
    accepts = request.headers.get("Accept", "")
    return request.path.startswith("/api/") or (
        "application/json" in accepts and "text/html" not in accepts
    )


def problem_response(request: HttpRequest, problem: Problem) -> HttpResponse:
    """Answer `problem` in the shape this request understands, with the problem's status."""
    headers = problem_headers(problem)
    if wants_json(request):
        return JsonResponse(problem_json(problem), status=problem.status, headers=headers)
    if request.headers.get("HX-Request") == "true":
        answer = render(request, "_notice.html", {"problem": problem}, status=problem.status)
        answer.headers["HX-Retarget"] = "#notices"
        answer.headers["HX-Reswap"] = "innerHTML"
    else:
        answer = render(request, "problem.html", {"problem": problem}, status=problem.status)
    for name, value in headers.items():
        answer.headers[name] = value
    return answer
