"""Answer readers' questions about an article, with the source, in Korean and English."""
