from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from pipeline.model.api_key import Scope
from tests.house.tree import ROOT
from webhooks.api import api_routes
from webhooks.api.document import describe

PAGES = ("review", "settings", "operations")
PROBLEM = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
NOT_PAGED = {
    "/api/v1/holds/{hold}/covered": "each line asks the store, so a page is as long as the store is asked for",
}

_A_PERSON = "needs two people, and the second is a person"
_A_NAME = "a version binds everybody who is recorded from then on: a person publishes it in their own name"
_NO_PEOPLE = "a key that took people on or gave them roles could become the second person"
_ONCE_MORE = "whoever does it is asked once more who they are, and a key is nobody"
_SEES = "a reading is blind and a person's own: a program that read would measure itself"
_TELLS = "tells a page something, and decides nothing"
EXCEPTIONS = {
    "holds.approve_release": _A_PERSON,
    "answers.approve_answer": _A_PERSON,
    "legal.approve_request": _A_PERSON,
    "corrections.second": _A_PERSON,
    "settings_drafts.activate_draft": _A_PERSON,
    "settings_drafts.reject_draft": "a draft is turned down by an administrator, and a key has no role",
    "settings_drafts.is_first_set_up": "a key is never the one person who may set up alone",
    "reveals.ask_reveal": "a reveal opens to whoever asked, before their eyes",
    "api_keys.make_key": "a key that made keys would outlive its own revocation",
    "attest.attest": "a declaration in the tenant's name is made by a named person",
    "publish_policy.publish": _A_NAME,
    "announce_policy.announce": _A_NAME,
    "tenants.change_settings": "whoever sets the vendor's account decides whose calls these are: an administrator",
    "quality_readings.take": _SEES,
    "quality_readings.give_back": _SEES,
    "quality_readings.finish": _SEES,
    "quality_readings.rule": _SEES,
    "identity_provider.unlink_identity": _ONCE_MORE,
    "sign_in.prove_again": _ONCE_MORE,
    "users.take_on_user": _NO_PEOPLE,
    "users.set_roles": _NO_PEOPLE,
    "users.enable_user": _NO_PEOPLE,
    "users.reset_password": _NO_PEOPLE,
    "answers.waiting_answer": _TELLS,
    "numbers.number_urls": _TELLS,
    "settings_rules.engine_forbidden": _TELLS,
    "settings_rules.forbids_training": _TELLS,
    "settings_rules.regions_allowed": _TELLS,
    "users.disable_user": "a leaked key would lock every person out",
}
"""What people decide on pages and no key does, each with its reason."""


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    app = FastAPI(title="Earmark")
    for part in api_routes:
        app.include_router(part.router)
    describe(app)
    return app.openapi()


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        yield from ((method, path, operation) for method, operation in methods.items())


def test_every_operation_has_one_scope_a_summary_and_problem_documents(document: dict[str, Any]) -> None:
    seen = 0
    for method, path, operation in operations(document):
        [security] = operation["security"]
        [scope] = security["key"]
        assert Scope(scope).value.endswith((":read", ":write")), path
        assert 10 < len(operation["summary"]) <= 125, path
        assert operation["summary"].endswith("."), path
        for status in ("401", "403", "404", "409", "422", "429", "503"):
            assert operation["responses"][status]["content"] == PROBLEM, (method, path)
        seen += 1
    assert seen > 100


def test_a_write_takes_an_idempotency_key_and_asks_for_more_than_reading(document: dict[str, Any]) -> None:
    reads_that_post = {"/api/v1/queue/words", "/api/v1/queue/searches", "/api/v1/queue/searches/{search}"}
    reads_that_post |= {"/api/v1/deletions/verify", "/api/v1/settings/simulate", "/api/v1/policy/check"}
    for method, path, operation in operations(document):
        names = [one["name"] for one in operation.get("parameters", ())]
        assert ("Idempotency-Key" in names) is (method != "get"), path
        [[scope]] = [one["key"] for one in operation["security"]]
        if method != "get" and path not in reads_that_post:
            assert scope.endswith(":write"), path
        if method == "get":
            assert scope.endswith(":read"), path


def test_a_list_is_read_in_pages(document: dict[str, Any]) -> None:
    seen = 0
    for method, path, operation in operations(document):
        answer = next(iter(operation["responses"].values())).get("content", {}).get("application/json", {})
        name = str(answer.get("schema", {}).get("$ref", "")).rsplit("/", 1)[-1]
        names = {one["name"] for one in operation.get("parameters", ())}
        if name.startswith("Page_"):
            assert {"cursor", "limit"} <= names or path in NOT_PAGED, path
            seen += 1
        elif method == "get":
            assert answer.get("schema", {}).get("type") != "array", path
    assert seen >= 30


def test_bodies_refuse_what_they_do_not_name(document: dict[str, Any]) -> None:
    taken = set()
    for _method, _path, operation in operations(document):
        body = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
        taken |= set(re.findall(r"#/components/schemas/(\w+)", str(body)))
    assert len(taken) > 20
    schemas = document["components"]["schemas"]
    assert [name for name in taken if schemas[name].get("additionalProperties") is not False] == []


def decided(tree: ast.AST) -> set[str]:
    """Name the functions of `pipeline.decisions` that some code calls: `module.function`."""
    names: dict[str, str] = {}
    modules: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("pipeline.decisions"):
            module = (node.module or "").removeprefix("pipeline.decisions").lstrip(".")
            for alias in node.names:
                (names if module else modules)[alias.asname or alias.name] = (
                    f"{module}.{alias.name}" if module else alias.name
                )
    found = {names[n.id] for n in ast.walk(tree) if isinstance(n, ast.Name) and n.id in names}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in modules:
            found.add(f"{modules[node.value.id]}.{node.attr}")
    return {name for name in found if name.rsplit(".", 1)[1][0].islower()}


def lent(path: Path, wanted: set[str]) -> set[str]:
    """Name what functions of a page reach, which the API calls as they stand, within their own file."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    parts: dict[str, ast.stmt] = {}
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            parts[node.name] = node
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            parts |= {target.id: node for target in targets if isinstance(target, ast.Name)}
    reached, ahead = set[str](), list(wanted)
    while ahead:
        name = ahead.pop()
        if name in parts and name not in reached:
            reached.add(name)
            ahead += [n.id for n in ast.walk(parts[name]) if isinstance(n, ast.Name)]
    kept = [node for node in tree.body if isinstance(node, ast.ImportFrom)] + [parts[name] for name in reached]
    return decided(ast.Module(body=kept, type_ignores=[]))


def by_the_api() -> set[str]:
    found: set[str] = set()
    for path in (ROOT / "webhooks/api").glob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        found |= decided(tree)
        for node in ast.walk(tree):
            named = node.module or "" if isinstance(node, ast.ImportFrom) else ""
            if isinstance(node, ast.ImportFrom) and named.startswith(tuple(f"webhooks.{area}." for area in PAGES)):
                page = ROOT / f"{named.replace('.', '/')}.py"
                found |= lent(page, {alias.name for alias in node.names})
    return found


def by_pages() -> set[str]:
    files = [path for area in PAGES for path in (ROOT / "webhooks" / area).rglob("*.py")]
    files += [ROOT / "webhooks/sign_in/users.py", ROOT / "webhooks/sign_in/provider.py"]
    return {name for path in files for name in decided(ast.parse(path.read_text(encoding="utf-8")))}


def test_what_people_decide_on_pages_a_key_may_do_too_or_there_is_a_reason() -> None:
    acts = by_pages()
    assert len(acts) > 40
    assert sorted(acts - by_the_api() - EXCEPTIONS.keys()) == []
    assert sorted(EXCEPTIONS.keys() - acts) == []
