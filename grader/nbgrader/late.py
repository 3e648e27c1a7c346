"""What being late costs, by nbgrader's own plugin."""

from __future__ import annotations

import sys
from pathlib import Path

from nbgrader.preprocessors import AssignLatePenalties
from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

from grader.nbgrader.cell_grades import GradebookError
from grader.nbgrader.writer import LatePenalty


def read_late_penalty(path: Path | None) -> LatePenalty | None:
    """Return the penalty that a course's nbgrader_config.py configures.

    Args:
        path: the file; None for no penalty.

    Raises:
        GradebookError: the file or its plugin cannot be loaded.
    """
    if path is None:
        return None
    folder = str(path.resolve().parent)
    sys.path.insert(0, folder)  # as nbgrader does, for plugins beside the file
    try:
        loader = PyFileConfigLoader(path.name, path=folder)
        config: Config = loader.load_config()
        step = AssignLatePenalties(config=config)
        step.init_plugin()
    except Exception as error:  # whatever an instructor's file raises
        raise GradebookError(
            "{path} cannot be loaded: {name__}: {error}",
            path=path,
            name__=type(error).__name__,
            error=error,
        ) from error
    finally:
        sys.path.remove(folder)
    penalty: LatePenalty = step.plugin_inst.late_submission_penalty
    return penalty
