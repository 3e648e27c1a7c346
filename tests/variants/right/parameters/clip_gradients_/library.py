"""torch's own functions around a set of identities."""
def clip_gradients_(params, max_norm):
    unique = list({id(p): p for p in params}.values())
    try:
        return nn.utils.clip_grad_norm_(unique, max_norm, error_if_nonfinite=True)
    except RuntimeError as error:
        raise ValueError("not finite") from error
