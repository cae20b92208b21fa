//! A method for each operation of the API, named as its `operationId` is. All of them
//! are written by `clients/generate.py`.

mod admin;
mod doors;
mod own;
