#!/bin/sh
# Makes the secrets of compose.yaml, each once: a file that is there stays as it is. Readable by the container's user.
set -eu
umask 077
here=$(cd "$(dirname "$0")" && pwd)/secrets
mkdir -p "$here"
random() { head -c 24 /dev/urandom | od -An -tx1 | tr -d ' \n'; }
keep() { [ -e "$here/$1" ] || { cat > "$here/$1.new" && chmod 0444 "$here/$1.new" && mv "$here/$1.new" "$here/$1"; }; }
random | keep owner_password
random | keep app_password
random | keep system_password
random | keep engine_password
random | keep earmark_artifacts__access_key
random | keep earmark_artifacts__secret_key
at=127.0.0.1:5432/earmark
printf 'postgresql+psycopg://earmark_app:%s@%s' "$(cat "$here/app_password")" $at | keep earmark_database__url
printf 'postgresql+psycopg://earmark_app_system:%s@%s' "$(cat "$here/system_password")" $at | keep earmark_database__system_url
printf 'postgresql+psycopg://earmark_app_engine:%s@%s' "$(cat "$here/engine_password")" $at | keep earmark_database__engine_url
printf 'postgresql+psycopg://earmark_owner:%s@%s' "$(cat "$here/owner_password")" $at | keep earmark_database__owner_url
printf '{"identities":[{"name":"earmark","credentials":[{"accessKey":"%s","secretKey":"%s"}],"actions":["Admin","Read","Write","List","Tagging"]}]}' \
  "$(cat "$here/earmark_artifacts__access_key")" "$(cat "$here/earmark_artifacts__secret_key")" | keep s3_config
# The folder keeps others out; the files in it are read by whatever user a container runs as.
chmod 0711 "$here"
