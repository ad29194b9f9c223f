"""The one error of everything that starts programs."""


class StartError(Exception):
    """Something could not be started; the message is one sentence with its remedy."""
