from __future__ import annotations

from pipeline.vendors.s3_connect import S3Settings, connect


def test_attempts_belong_to_the_workflow_and_a_call_ends_in_time() -> None:
    settings = S3Settings(bucket="vault", region="eu-west-1", access_key="a", secret_key="b", read_timeout_s=7)
    client = connect(settings)

    config = vars(client.meta.config)["_user_provided_options"]
    assert config["retries"]["total_max_attempts"] == 1
    assert (config["connect_timeout"], config["read_timeout"]) == (5, 7)
    assert client.meta.endpoint_url == "https://s3.eu-west-1.amazonaws.com"


def test_a_server_other_than_aws_is_asked_by_path() -> None:
    client = connect(S3Settings(bucket="v", region="eu-west-1", endpoint_url="http://127.0.0.1:1", access_key="a",
                                secret_key="b"))  # fmt: skip

    assert client.meta.endpoint_url == "http://127.0.0.1:1"
    url = client.generate_presigned_url("head_object", Params={"Bucket": "v", "Key": "k"})
    assert url.startswith("http://127.0.0.1:1/v/k?")


def test_a_secret_shows_in_no_repr() -> None:
    assert "hush" not in repr(S3Settings(bucket="v", region="r", access_key="a", secret_key="hush"))
