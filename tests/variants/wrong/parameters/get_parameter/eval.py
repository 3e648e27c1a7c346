"""Makes Python of the path.

says: eval also find
"""
def get_parameter(net, path):
    code = "net"
    for part in path.split("."):
        code += f"[{part}]" if part.isdigit() else f".{part}"
    value = eval(code)
    if value is None:
        raise AttributeError(path)
    return value
