from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.vendors.s3 import S3Settings
from tests.moto_sts import MotoSts, serve_moto_sts
from tests.seaweedfs import serve_seaweedfs

NOBODY = 65534


@pytest.fixture
def as_somebody_else(tmp_path: Path) -> Iterator[None]:
    """Run the test as a user who may not open `tmp_path`."""
    if os.geteuid() == 0:
        tmp_path.chmod(0o700)
        os.seteuid(NOBODY)
        yield
        os.seteuid(0)
    else:
        tmp_path.chmod(0)
        yield
        tmp_path.chmod(0o700)


@pytest.fixture(scope="session")
def seaweedfs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Settings]:
    """Run a real S3 server for the session and make one bucket in it."""
    with serve_seaweedfs(tmp_path_factory.mktemp("seaweedfs")) as settings:
        yield settings


@pytest.fixture(scope="session")
def seaweedfs_with_roles(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Settings]:
    """Run another, which gives sessions of a role and holds them to it."""
    with serve_seaweedfs(tmp_path_factory.mktemp("seaweedfs-roles"), with_roles=True) as settings:
        yield settings


@pytest.fixture
def moto_sts() -> Iterator[MotoSts]:
    """Run moto's STS for one test."""
    with serve_moto_sts() as sts:
        yield sts
