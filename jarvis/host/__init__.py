"""Acts on the person's computer: media players, volume, programs, notifications, ringing alerts."""
