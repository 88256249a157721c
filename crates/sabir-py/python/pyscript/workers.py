"""Named workers, under the name that PyScript has them by."""

from ._remote import create_named_worker, workers
