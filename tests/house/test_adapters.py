from __future__ import annotations

import ast
from pathlib import Path

import pytest

from pipeline.policies.loader import list_policies, load_bundle
from tests.house.tree import ROOT, parse, sources

NO_VENDOR = {"embedded_postgres.py": "the database of this machine", "system_clock.py": "the clock of this machine"}
PARTS = {
    "aws_session.py": "kms.py",
    "aws_tenants.py": "kms.py",
    "files_tree.py": "files.py",
    "kms_connect.py": "kms.py",
    "kms_history.py": "kms.py",
    "kms_tenants.py": "kms.py",
    "object_rules.py": "files.py",
    "oidc_token.py": "oidc.py",
    "s3_connect.py": "s3.py",
    "s3_errors.py": "s3.py",
    "s3_lifecycle.py": "s3.py",
    "s3_tenants.py": "s3.py",
    "smtp_session.py": "smtp.py",
    "twilio_decrypt.py": "twilio.py",
    "twilio_http.py": "twilio.py",
    "twilio_line.py": "twilio.py",
    "twilio_pace.py": "twilio.py",
}
"""Files that belong to an adapter, and fill no port themselves, or fill it by that adapter, whose meta they give."""

CARRIERS = {
    "aiohttp", "boto3", "botocore", "deepgram", "ftplib", "httpx", "requests", "smtplib", "urllib3", "websockets",
    "http.client", "twilio.rest", "urllib.request",
}  # fmt: skip
"""Libraries that bytes leave the building by."""

FIELDS = {"processor", "data_kind", "purpose", "region", "policy_url", "log_safe_fields"}


def adapters() -> list[Path]:
    found = (ROOT / "pipeline" / "vendors").glob("*.py")
    return sorted(p.relative_to(ROOT) for p in found if p.name not in {"__init__.py", *NO_VENDOR, *PARTS})


@pytest.mark.parametrize("path", adapters(), ids=lambda path: path.stem)
def test_every_adapter_says_what_it_sends_to_whom(path: Path) -> None:
    stated = [
        {keyword.arg for keyword in node.keywords}
        for node in ast.walk(parse(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "AuditMeta"
    ]
    assert len(stated) == 1
    assert stated[0] >= FIELDS - {"log_safe_fields"}


def test_every_file_that_is_no_adapter_is_there_and_belongs_to_one() -> None:
    names = {path.name for path in (ROOT / "pipeline" / "vendors").glob("*.py")}
    assert {*NO_VENDOR, *PARTS, *PARTS.values()} <= names


@pytest.mark.clause("nejix", "3", "We do not sell your personal information")
@pytest.mark.clause("connekz", "3", "We do not sell your data")
def test_bytes_leave_by_an_adapter_alone_and_each_goes_to_a_company_that_a_policy_lists() -> None:
    elsewhere = [path for path in sources() if path.parts[0] != "samples" and path.parts[:2] != ("pipeline", "vendors")]
    assert [(str(path), name) for path in elsewhere for name in _imported(path) if _is_carrier(name)] == []

    listed = {p.name for policy in list_policies() for p in load_bundle(policy).processors.listed if p.sees_content}
    assert set(_companies()) == {"aws", "deepgram", "twilio", *_OWN}
    assert set(_companies()) - set(_OWN) <= listed


_OWN = ("mail server", "the tenant's own server", "the tenant's own identity provider")
"""What receives nothing of a call, but notices of policies or who signs in: chosen by operator and tenant."""


def _imported(path: Path) -> list[str]:
    nodes = list(ast.walk(parse(path)))
    names = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    return names + [node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module]


def _is_carrier(name: str) -> bool:
    return any(name == carrier or name.startswith(f"{carrier}.") for carrier in CARRIERS)


def _companies() -> list[str]:
    """Give every company that an adapter names; a host that a setting names is asked about before it is used."""
    return [
        str(keyword.value.value)
        for path in adapters()
        for node in ast.walk(parse(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "AuditMeta"
        for keyword in node.keywords
        if keyword.arg == "processor" and isinstance(keyword.value, ast.Constant) and keyword.value.value is not None
    ]
