"""Files as people have them, and a way to have them read without a worker."""

from datasets import ingest
from datasets.building.build import build
from datasets.receiving import uploads


class Quietly:
    """A job that nobody watches."""

    def __init__(self, **arguments):
        self.arguments = arguments
        self.reports = []
        self.stop = False

    def report(self, fraction, message="", eta=None, **detail):
        self.reports.append((fraction, message, detail))

    def should_stop(self):
        return self.stop

    def fence(self):
        """This run always owns its job."""

    def raise_if_cancelled(self):
        pass


def build_here(request, *, folder, on_progress, should_stop):
    """Read in this process: the same code without the start of another one."""
    return build(request, lambda **progress: on_progress(progress))


def upload(owner, text, *, name="table.csv", **more):
    """Send a file (text or bytes); it is not read yet."""
    content = text.encode() if isinstance(text, str) else text
    return uploads.receive(owner=owner, name=name, content=[content], **more)


def read_kept(dataset, reader=build_here):
    """Read a file that was sent; returns the version."""
    return ingest.read_dataset(Quietly(dataset=str(dataset.pk)), reader=reader)


def read(owner, text, **more):
    """Send a file and read it; returns the version."""
    return read_kept(upload(owner, text, **more))


def codes(version):
    """The codes of what was found."""
    return {finding["code"] for finding in version.profile["findings"]}
