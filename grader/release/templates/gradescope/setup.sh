#!/usr/bin/env bash
# Prepares the image of the autograder, once: Python, the sandbox, the grader.
set -euo pipefail

source_folder="${AUTOGRADER_ROOT:-/autograder}/source"
environment="${GRADER_ENVIRONMENT:-/opt/grader}"
export DEBIAN_FRONTEND=noninteractive

apt-get update
apt-get install --yes --no-install-recommends bubblewrap libseccomp2 python3 python3-venv
python=python3
if ! python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    apt-get install --yes --no-install-recommends python3.11 python3.11-venv
    python=python3.11
fi

"$python" -m venv "$environment"
"$environment/bin/pip" install --no-cache-dir \
    --extra-index-url https://download.pytorch.org/whl/cpu \
    --constraint "$source_folder/constraints.txt" --editable "$source_folder"
