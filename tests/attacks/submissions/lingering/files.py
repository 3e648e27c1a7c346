"""Leave files and folders that nobody may remove.

earns: CenteredLayer
outcome: failed
levels: bubblewrap uid
"""

import os


class MyLinear(MyLinear):
    def forward(self, x):
        for folder in ("left", "/dev/shm/left", "/scratch/left"):
            os.makedirs(f"{folder}/deep/deeper", exist_ok=True)
            open(f"{folder}/deep/deeper/file", "w").close()
            os.symlink("/", f"{folder}/deep/root") if not os.path.islink(
                f"{folder}/deep/root"
            ) else None
            os.chmod(f"{folder}/deep", 0)
            os.chmod(folder, 0)
        return x
