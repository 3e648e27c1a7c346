"""What a class tells its teacher, and what a student gets back: static pages."""
