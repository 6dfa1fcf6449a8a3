"""What the program is made of: bill of materials, licences, known holes. Commands of run.py."""
