"""The autograder, unpacked and run as Gradescope does: root, without namespaces.

Each run happens in a mount namespace where the autograder lies in the kit's place: what
it needs and does not hold would be missed.
"""

import io
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile

import jsonschema
import pytest

from grader.class_run.seeds import seed_for
from grader.layout import KIT
from grader.release.ci import make_files

from ..release.test_ci import FIXTURES
from ..sandbox.test_uid_level import pytestmark  # noqa: F401 - only root can do so

EXERCISE = "model_construction.chain"
SETTING = """
set -e
base={base} venv={venv} kit={kit} stage={stage} source={root}/source
. {mounts}
hold $stage $base
hold $stage $venv
mkdir -p $stage/source
mount --bind $source $stage/source
show $stage $base
show $stage $venv
mount -t tmpfs -o mode=755 tmpfs $kit
for path in $stage/source/*; do
    here=$kit/$(basename $path)
    if [ -d $path ]; then mkdir $here; else touch $here; fi
    mount --bind $path $here
done
show $stage $venv
bwrap=$(command -v bwrap || true)
if [ -n "$bwrap" ]; then mount --bind /dev/null $bwrap; fi
cd {root}
exec ./run_autograder
"""
HIDDEN = (KIT.hidden_tests / "model_construction" / "test_chain.py").read_text()
RIGHT = (KIT.solutions / "model_construction.py").read_text()
WRONG = """
from torch import nn

def chain(make_block, n):
    return nn.Sequential(*(make_block() for _ in range(max(n, 1))))
"""
HANGING = "import time\n\nwhile True:\n    time.sleep(1)\n"
HOSTILE = """
import os

for path in {targets}:
    for name in (path, path + ".new"):
        try:
            with open(name, "w") as stream:
                stream.write('{{"score": 1000}}')
        except OSError:
            pass
    try:
        os.replace(path + ".new", path)
    except OSError:
        pass
try:
    os.kill(os.getppid(), 9)
except OSError:
    pass
os._exit(0)
"""


@pytest.fixture(scope="module")
def archive(syllabus):
    made = make_files("gradescope", KIT, syllabus, syllabus.only(EXERCISE), b"secret")
    return made["autograder.zip"]


@pytest.fixture
def run(archive, tmp_path):
    """Return a function that runs the autograder on a submission's source."""
    root = tmp_path / "autograder"
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        opened.extractall(root / "source")
    for name in ("submission", "results", "stage"):
        (root / name).mkdir()
    for name in ("run_autograder", "setup.sh"):
        shutil.copy(root / "source" / name, root)
        (root / name).chmod(0o755)
    users = [{"id": 12, "email": "ana@x.org", "name": "Ana"}]
    (root / "submission_metadata.json").write_text(json.dumps({"users": users}))
    for folder in (tmp_path, *tmp_path.parents[:2]):
        folder.chmod(0o755)

    def run(source):
        targets = [str(root / "results" / "results.json"), "/autograder/results.json"]
        text = source.replace("{targets}", repr(targets)).replace("{{", "{")
        (root / "submission" / "model_construction.py").write_text(
            text.replace("}}", "}") if source is HOSTILE else source
        )
        script = SETTING.format(
            base=sys.base_prefix,
            venv=sys.prefix,
            kit=KIT.root,
            mounts=KIT.root / "tests" / "mounts.sh",
            stage=tmp_path / "stage",
            root=root,
        )
        variables = {"AUTOGRADER_ROOT": str(root), "GRADER_ENVIRONMENT": sys.prefix}
        done = subprocess.run(
            ["unshare", "--mount", "bash", "-c", script],
            env={**os.environ, **variables},
            capture_output=True,
            text=True,
            check=False,
        )
        results = root / "results" / "results.json"
        assert results.exists(), done.stdout + done.stderr
        return done, json.loads(results.read_text())

    return run


@pytest.mark.parametrize(
    ("source", "score", "says"),
    [
        (RIGHT, 2.0, ""),
        (WRONG, None, "chain"),
        (HANGING, 0.0, "did not end within 5 seconds"),
        (HOSTILE, 0.0, "ended the whole process"),
    ],
    ids=["right", "wrong", "hanging", "hostile"],
)
def test_results_stand_there_whatever_a_submission_does(run, source, score, says):
    rules = json.loads((FIXTURES / "schemas" / "gradescope.json").read_text())

    done, results = run(source)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "Isolation: uid" in done.stderr
    jsonschema.validate(results, rules)
    (exercise,) = results["tests"]
    assert exercise["name"].startswith(f"{EXERCISE}: ")
    assert exercise["max_score"] == 2.0
    assert results["score"] == exercise["score"]
    assert says in exercise["output"]
    if score is None:
        assert 0 < results["score"] < 2
    else:
        assert results["score"] == score
    names = re.findall(r"^def (test_\w+)", HIDDEN, re.MULTILINE)
    for secret in (*names, "tests/hidden", seed_for(b"secret", "12")):
        assert secret not in json.dumps(results)
