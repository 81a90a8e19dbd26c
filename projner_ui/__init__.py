"""What the pages of the app share: the link view, the queue, the session. Stands on `projner_core`."""
