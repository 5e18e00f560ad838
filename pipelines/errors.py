"""Errors of the stages and of the command line. Each message says the next step."""


class PipelineError(Exception):
    """Base of every error raised by `pipelines`."""


class SettingsError(PipelineError, ValueError):
    """A setting has a value that can't be used."""


class InputFileError(PipelineError, ValueError):
    """A file can't be read at all: missing, empty, an unknown format, or no column to import."""


class MappingError(PipelineError, ValueError):
    """A mapping names a column or a field that does not exist."""


class PullError(PipelineError, RuntimeError):
    """A product can't be asked for what is new, or says no."""


class ExportError(PipelineError, ValueError):
    """A list can't be written into a file: no such list, or no such form."""


class PushError(PipelineError, RuntimeError):
    """An issue can't be put into a tracker: it can't be reached, or says no."""


class ModelMissingError(PipelineError, RuntimeError):
    """A model that the settings name is not installed here."""


class BackupError(PipelineError, ValueError):
    """A backup can't be written, is not whole, or can't go where it is to be restored."""
