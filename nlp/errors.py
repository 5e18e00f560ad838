"""Errors of the language rooms. Every one carries the values seen and the next step."""


class NlpError(Exception):
    """Base of everything that `nlp` raises."""


class EmbedError(NlpError, RuntimeError):
    """A text could not be turned into a vector."""


class ModelMissingError(EmbedError, FileNotFoundError):
    """A model or a package that holds one is not on this machine."""


class ModelChangedError(EmbedError, ValueError):
    """A model's file is not the one this version was measured with."""


class TagError(NlpError, RuntimeError):
    """Themes could not be learned or assigned."""


class ExampleError(TagError, ValueError):
    """A training example breaks the format."""


class SentimentError(NlpError, RuntimeError):
    """A polarity could not be computed."""


class TextError(NlpError, RuntimeError):
    """A raw text could not be prepared."""


class TextInputError(TextError, ValueError):
    """The columns handed to the text stage do not fit together."""


class SpacyModelMissingError(TextError, ImportError):
    """The spaCy model that finds words and names is not installed."""


class ClusterError(NlpError, RuntimeError):
    """Themes could not be discovered."""


class ClusterInputError(ClusterError, ValueError):
    """The arrays handed to discovery do not fit together."""


class EngineMissingError(ClusterError, ImportError):
    """A clustering engine that was asked for is not installed."""


class DescribeError(NlpError, ValueError):
    """Themes could not be described from what was handed in."""


class IdentityError(NlpError, ValueError):
    """Old and new themes could not be compared."""


class MeasureError(NlpError, ValueError):
    """A measure was asked for on data that cannot carry it."""
