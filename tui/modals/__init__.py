"""The kinds of questions: a sheet, a form and its fields, a review, a notice, the help. Each gives one typed answer."""
