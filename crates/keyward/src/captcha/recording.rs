//! Digits as a recording: spoken one by one over a murmur, in a WAV of eight bits.

use super::noise::Noise;

/// Ten digits each, as IMA ADPCM behind their count of samples; see
/// `data/captcha/README.md`.
const VOICES: [(&str, &[u8]); 2] = [
    ("en", include_bytes!("../../data/captcha/en.adpcm")),
    ("de", include_bytes!("../../data/captcha/de.adpcm")),
];

/// Samples a second.
const RATE: u32 = 8_000;
/// Ten seconds: more than six digits take.
const MAX_SAMPLES: usize = 10 * RATE as usize;

/// Speaks them in this language, or in English. The same noise gives the same recording.
pub(crate) fn speak(digits: &str, language: &str, seed: [u8; 32]) -> Vec<u8> {
    let mut noise = Noise::new(seed);
    let voice = voice(language);
    let mut sound: Vec<f32> = vec![0.0; 3_200];
    for digit in digits.chars() {
        let spoken = voice.get(digit.to_digit(10).unwrap_or(0) as usize);
        let fast = noise.between(0.94, 1.06);
        let loud = noise.between(0.75, 0.95);
        sound.extend(spoken.iter().flat_map(|it| stretched(it, fast)).map(|s| s * loud));
        let pause = 2_800 + noise.below(2_400);
        sound.extend(std::iter::repeat_n(0.0, pause));
    }
    sound.truncate(MAX_SAMPLES);
    murmur(&mut sound, &voice, &mut noise);
    wav(&sound, &mut noise)
}

/// The ten digits of a language, each from -1 to 1.
fn voice(language: &str) -> Vec<Vec<f32>> {
    let known = VOICES.iter().find(|(name, _)| *name == language);
    let mut bytes = known.or(VOICES.first()).map_or(&[][..], |(_, bytes)| *bytes);
    let mut digits = vec![];
    while let Some(([low, high], rest)) = bytes.split_first_chunk::<2>() {
        let samples = usize::from(u16::from_le_bytes([*low, *high]));
        let (coded, after) = rest.split_at_checked(samples.div_ceil(2)).unwrap_or((rest, &[]));
        digits.push(decoded(coded));
        bytes = after;
    }
    digits
}

/// Faster or slower, and with that a little higher or lower.
fn stretched(sound: &[f32], fast: f32) -> Vec<f32> {
    let count = (sound.len() as f32 / fast) as usize;
    let at = |n: usize| sound.get((n as f32 * fast) as usize).copied().unwrap_or(0.0);
    (0..count).map(at).collect()
}

/// Other digits, backwards and softly, behind what is spoken.
fn murmur(sound: &mut [f32], voice: &[Vec<f32>], noise: &mut Noise) {
    let mut at = 0;
    while at < sound.len() {
        let Some(other) = voice.get(noise.below(voice.len())) else { return };
        let loud = noise.between(0.10, 0.2);
        let place = sound.iter_mut().skip(at);
        place.zip(other.iter().rev()).for_each(|(sample, other)| *sample += other * loud);
        at += 1_500 + noise.below(2_500);
    }
}

/// IMA ADPCM (IMA Recommended Practices for Enhancing Digital Audio Compatibility,
/// revision 3.00): four bits a sample, the high ones first.
fn decoded(coded: &[u8]) -> Vec<f32> {
    let (mut level, mut index) = (0i32, 0i32);
    let nibbles = coded.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    let next = |nibble: u8| {
        let step = STEPS.get(index.clamp(0, 88) as usize).copied().unwrap_or(7);
        let bits = [(4, step), (2, step / 2), (1, step / 4)];
        let add = bits.iter().filter(|(bit, _)| nibble & bit != 0).map(|(_, by)| by);
        let change = step / 8 + add.sum::<i32>();
        level = if nibble & 8 == 0 { level + change } else { level - change };
        level = level.clamp(-32_768, 32_767);
        let turn = if nibble & 4 == 0 { -1 } else { 2 * i32::from(nibble & 3) + 2 };
        index = (index + turn).clamp(0, 88);
        level as f32 / 32_768.0
    };
    nibbles.map(next).collect()
}

const STEPS: [i32; 89] = [
    7, 8, 9, 10, 11, 12, 13, 14, 16, 17, 19, 21, 23, 25, 28, 31, 34, 37, 41, 45, 50, 55, 60, 66,
    73, 80, 88, 97, 107, 118, 130, 143, 157, 173, 190, 209, 230, 253, 279, 307, 337, 371, 408, 449,
    494, 544, 598, 658, 724, 796, 876, 963, 1060, 1166, 1282, 1411, 1552, 1707, 1878, 2066, 2272,
    2499, 2749, 3024, 3327, 3660, 4026, 4428, 4871, 5358, 5894, 6484, 7132, 7845, 8630, 9493,
    10442, 11487, 12635, 13899, 15289, 16818, 18500, 20350, 22385, 24623, 27086, 29794, 32767,
];

/// A WAV file: unsigned bytes, one channel, with a hiss.
fn wav(sound: &[f32], noise: &mut Noise) -> Vec<u8> {
    let count = u32::try_from(sound.len()).unwrap_or(0);
    let mut file = Vec::with_capacity(sound.len() + 44);
    file.extend(b"RIFF");
    file.extend((36 + count).to_le_bytes());
    file.extend(b"WAVEfmt ");
    file.extend(16u32.to_le_bytes());
    // PCM, one channel; bytes a second, bytes a sample, bits a sample.
    file.extend([1, 0, 1, 0]);
    file.extend(RATE.to_le_bytes());
    file.extend(RATE.to_le_bytes());
    file.extend([1, 0, 8, 0]);
    file.extend(b"data");
    file.extend(count.to_le_bytes());
    file.extend(sound.iter().map(|sample| {
        let hiss = (f32::from(noise.byte()) - 127.5) / 127.5 * 0.035;
        ((sample + hiss).clamp(-1.0, 1.0) * 126.0 + 128.0) as u8
    }));
    file
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_language_has_ten_digits_that_are_loud_and_short() {
        for (language, bytes) in VOICES {
            let voice = voice(language);
            assert_eq!(voice.len(), 10, "{language}");
            assert!(bytes.len() < 24_000);
            for (digit, sound) in voice.iter().enumerate() {
                assert!((2_000..8_000).contains(&sound.len()), "{language} {digit}");
                let loudest = sound.iter().fold(0.0f32, |most, s| most.max(s.abs()));
                assert!(loudest > 0.5, "{language} {digit}: {loudest}");
            }
        }
        assert_eq!(voice("fr"), voice("en"), "English is spoken where the language is not");
    }

    #[test]
    fn a_recording_is_a_wav_of_its_own_and_long_enough() {
        let one = speak("271828", "en", [1; 32]);
        assert_eq!(one, speak("271828", "en", [1; 32]));
        for other in [speak("271828", "de", [1; 32]), speak("271828", "en", [2; 32])] {
            assert_ne!(one, other);
        }
        assert!(one.starts_with(b"RIFF") && one[8..12] == *b"WAVE");
        let told = u32::from_le_bytes(one[40..44].try_into().unwrap()) as usize;
        assert_eq!(told, one.len() - 44);
        assert!((32_000..80_001).contains(&told), "{told}");
    }

    // Told apart from silence and from each other by what stays when the murmur goes.
    #[test]
    fn what_is_spoken_stands_out_of_the_murmur() {
        let sound = speak("000000", "en", [3; 32]);
        let loud = |from: usize| {
            let part = &sound[44 + from..44 + from + 1_000];
            part.iter().map(|s| (f32::from(*s) - 128.0).abs()).sum::<f32>() / 1_000.0
        };
        assert!(loud(4_500) > 2.0 * loud(500), "{} {}", loud(4_500), loud(500));
    }
}
