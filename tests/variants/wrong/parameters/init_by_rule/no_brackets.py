"""Translates * and ? by hand and takes [...] literally, so "[01].weight" matches nothing
("as in `fnmatch.fnmatchcase`").

says: matches no parameter
"""

import re


def init_by_rule(
    net: nn.Module, rules: Sequence[tuple[str, Callable[[Tensor], object]]]
) -> None:
    compiled = []
    for pattern, init in rules:
        regex = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
        compiled.append((pattern, re.compile(regex, re.DOTALL), init))
    params = list(net.named_parameters())
    for pattern, regex, _ in compiled:
        if not any(regex.fullmatch(name) for name, _ in params):
            raise ValueError(f"{pattern!r} matches no parameter")
    with torch.no_grad():
        for name, p in params:
            for _, regex, init in compiled:
                if regex.fullmatch(name):
                    init(p)
                    break
