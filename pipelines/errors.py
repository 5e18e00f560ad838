"""Errors of the stages and of the command line. Each message says the next step."""


class PipelineError(Exception):
    """Base of every error raised by `pipelines`."""


class SettingsError(PipelineError, ValueError):
    """A setting has a value that can't be used."""


class InputFileError(PipelineError, ValueError):
    """A file can't be read at all: missing, empty, an unknown format, or no column to import."""


class MappingError(PipelineError, ValueError):
    """A mapping names a column or a field that does not exist."""


class ModelMissingError(PipelineError, RuntimeError):
    """A model that the settings name is not installed here."""
