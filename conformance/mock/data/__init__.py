"""The directory's content: made lazily and deterministically from a seed. Imports only itself."""
