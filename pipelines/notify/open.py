"""The notifiers that the settings name."""

from pipelines.notify.interface import Notifier
from pipelines.settings import Settings


def open_notifiers(settings: Settings) -> list[Notifier]:
    """Give the webhook and the mail, those of them that are set; a list that is empty where nobody is to be told."""
    found: list[Notifier] = []
    # Imported here: a run that tells nobody needs no HTTP client.
    if settings.webhook_url:
        from pipelines.notify.webhook import Webhook

        found.append(Webhook(settings.webhook_url))
    if settings.smtp_host:
        from pipelines.notify.mail import Mail, MailServer

        server = MailServer(
            settings.smtp_host,
            settings.smtp_port,
            settings.smtp_security,
            settings.smtp_user,
            settings.smtp_password,
        )
        found.append(Mail(server, sender=settings.smtp_from))
    return found
