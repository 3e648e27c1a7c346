"""Looks into modules of class LazyModuleMixin alone, and misses a placeholder in, say, a
ParameterDict of a lazy module ("The names ... are those of `net.named_parameters()`",
"the parameters that are still placeholders").

says: whatever its module is
"""

def pending_parameters(net: nn.Module) -> list[str]:
    pending = {
        id(p)
        for module in net.modules()
        if isinstance(module, LazyModuleMixin)
        for p in module.parameters(recurse=False)
        if isinstance(p, UninitializedParameter)
    }
    return [name for name, p in net.named_parameters() if id(p) in pending]
