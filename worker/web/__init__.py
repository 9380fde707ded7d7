"""The web role: story pages, a JSON API with the same content, unsubscribing, health. `app` puts it together."""
