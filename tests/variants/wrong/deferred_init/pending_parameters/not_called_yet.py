"""All parameters of a module that was not called are listed.

says: goes on being lazy|whatever its layer does
"""
def pending_parameters(net):
    lazy = {id(p) for m in net.modules() if isinstance(m, LazyModuleMixin) and hasattr(m, "_initialize_hook") for p in m.parameters(recurse=False)}
    return [n for n, p in net.named_parameters() if id(p) in lazy or isinstance(p, UninitializedParameter)]
